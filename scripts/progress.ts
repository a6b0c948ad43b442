/** Says what is going on: a step that takes more than two seconds shows that it lives. */

/** Where lines of progress go. */
export type Say = (line: string) => void;

const quietMs = 2_000;
const repeatMs = 10_000;

/** Runs one step; says its name once it takes over two seconds, then its age, then that it is done. */
export async function step<T>(say: Say, name: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  let shown = false;
  const show = () => {
    say(shown ? `  … ${name}: ${seconds()} s` : `  … ${name}`);
    shown = true;
  };
  const first = setTimeout(show, quietMs);
  const again = setInterval(show, repeatMs);
  try {
    const result = await run();
    if (shown) say(`  ✓ ${name}: ${seconds()} s`);
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
