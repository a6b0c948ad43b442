/** The pages that there are, in reading order: the navigation, and each page's one question. */

import type { Who } from './grants.ts';
import { mayAdminister } from './may.ts';

export interface PageEntry {
  /** Its words: `words.pages[name]`. */
  readonly name: PageName;
  /** Its folder in `routes`. */
  readonly path: string;
  /** Modules of the contract whose categories its filter takes. */
  readonly modules?: readonly string[];
  /** For whom it is; absent: for everybody. */
  readonly only?: (who: Who) => boolean;
}

/** Every page that the dashboard is to have; one is linked when it stands in {@link pages}. */
export type PageName =
  | 'overview'
  | 'platform'
  | 'requests'
  | 'signUps'
  | 'engagement'
  | 'aid'
  | 'ranking'
  | 'net'
  | 'usage'
  | 'alerts'
  | 'brief'
  | 'access'
  | 'administration'
  | 'wall'
  | 'developer';

export const pages: readonly PageEntry[] = [
  { name: 'overview', path: '/' },
  { name: 'platform', path: '/platform' },
  { name: 'requests', path: '/requests', modules: ['requests'] },
  { name: 'signUps', path: '/sign-ups', modules: ['members', 'cards'] },
  { name: 'engagement', path: '/engagement', modules: ['content'] },
  { name: 'aid', path: '/aid', modules: ['aid'] },
  { name: 'ranking', path: '/ranking' },
  { name: 'net', path: '/net' },
  { name: 'usage', path: '/usage' },
  { name: 'alerts', path: '/alerts' },
  { name: 'brief', path: '/brief' },
  { name: 'access', path: '/access' },
  { name: 'administration', path: '/administration', only: mayAdminister },
  { name: 'wall', path: '/wall' },
  { name: 'developer', path: '/developer' },
];

/** Those that are offered to whoever looks; while that is not known, those for everybody. */
export function pagesFor(who: Who): readonly PageEntry[] {
  return pages.filter(({ only }) => only === undefined || (who !== undefined && only(who)));
}

/** Whether an address is of a page, or of one below it. */
export function isOf({ path }: PageEntry, address: string): boolean {
  return address === path || (path !== '/' && address.startsWith(`${path}/`));
}
