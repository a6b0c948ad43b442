/** Addresses of this net, wherever a reverse proxy has put it. */

/** Empty, or a path without a slash at its end: `first.js` finds it before all else. */
export const base: string = globalThis.document?.documentElement.dataset['base'] ?? '';

/** What the gateway has at `path`, which begins with a slash. */
export function at(path: string): string {
  return base + path;
}

/** The path of an address as the gateway sees it. */
export function pathOf(pathname: string): string {
  return pathname.startsWith(base) ? pathname.slice(base.length) || '/' : pathname;
}
