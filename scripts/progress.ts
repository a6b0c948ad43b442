/** Says what is going on: a step that takes more than two seconds shows that it lives. */

/** Where lines of progress go. */
export type Say = (line: string) => void;

const quietMs = 2_000;
const repeatMs = 10_000;

/**
 * Runs one step. Says its name once it takes over two seconds, then now and again how long it has
 * run, with `detail` (what it is at, if it can tell), and in the end that it is done.
 */
export async function step<T>(
  say: Say,
  name: string,
  run: () => Promise<T>,
  detail?: () => Promise<string>,
): Promise<T> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  let shown = false;
  const show = async () => {
    const more = shown ? ` ${seconds()} s` : '';
    shown = true;
    const what = detail === undefined ? '' : (await detail()).slice(0, 100);
    say(`  … ${name}${more}${what === '' ? '' : `: ${what}`}`);
  };
  const first = setTimeout(() => void show(), quietMs);
  const again = setInterval(() => void show(), repeatMs);
  try {
    const result = await run();
    if (shown) say(`  ✓ ${name} (${seconds()} s)`);
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}

/** A size for people: `42.2 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
