/**
 * The picture of the page as it was last seen, which `paint.js` and `last-seen.js` show before any script of ours has come: so figures
 * stand at once. It is this browser's alone, and forgotten with the session.
 */

/** `paint.js` reads the same. */
const prefix = 'onenet.paint.';
/** Pages that are kept, and how long one may be, in characters. */
const most = { pages: 5, length: 400_000 } as const;

/** Of which build, address and language; all must be as they were. */
export interface Painted {
  readonly build: string;
  readonly address: string;
  readonly lang: string;
  /** Unix milliseconds. */
  readonly savedAt: number;
  /** Said over it. */
  readonly said: string;
  /** Addresses of the style sheets. */
  readonly styles: readonly string[];
  readonly html: string;
}

/** Keeps what is on the screen now. */
export function keepPaint(storage: Storage, lang: string, said: string): void {
  const shell = document.querySelector('.shell');
  // Pages of figures alone; one that is still empty is not worth to be seen again.
  if (!shell?.querySelector('.figures strong')) return;
  const html = firstScreen(shell);
  if (html.length > most.length) return;
  const styles = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  const painted: Painted = {
    build: buildOf(document),
    address: location.pathname + location.search,
    lang,
    savedAt: Date.now(),
    said,
    styles: styles.map(({ href }) => href),
    html,
  };
  try {
    const kept = keys(storage).filter((key) => key !== prefix + location.pathname);
    for (const key of kept.slice(most.pages - 1)) storage.removeItem(key);
    storage.setItem(prefix + location.pathname, JSON.stringify(painted));
  } catch {
    // Full or forbidden: the next visit begins empty.
  }
}

/** Everything that this browser has kept of figures, when nobody is signed in any more. */
export function forgetFigures(storage: Storage): void {
  for (const key of Object.keys(storage)) {
    if (key.startsWith(prefix) || key.startsWith('onenet.snapshot.')) storage.removeItem(key);
  }
}

/** What the shell names is another with each build. */
function buildOf(document: Document): string {
  return (
    document.querySelector('link[rel="modulepreload"][href*="/app."]')?.getAttribute('href') ?? ''
  );
}

/** Without what lies below the fold, and without what only scripts can use. */
function firstScreen(shell: Element): string {
  const below = new Set(
    [...shell.querySelectorAll('.page > *, .page .columns > *')].filter(
      (part) => part.getBoundingClientRect().top + scrollY > innerHeight,
    ),
  );
  const marked = [...below];
  for (const part of marked) part.setAttribute('data-below', '');
  const copy = shell.cloneNode(true) as Element;
  for (const part of marked) part.removeAttribute('data-below');
  for (const part of copy.querySelectorAll('[data-below], script, noscript, [hidden]'))
    part.remove();
  return copy.innerHTML;
}

function keys(storage: Storage): readonly string[] {
  return Object.keys(storage).filter((key) => key.startsWith(prefix));
}
