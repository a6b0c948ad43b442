/** What is said of a feed: one that is not pulled is told by its platform's connection. */
import type { FeedStatus, Health } from './api/health.ts';
import type { Platform } from './api/platforms.ts';
import { byCode, sorted } from './sorted.ts';
import type { Dashboard } from './state/dashboard.svelte.ts';

/** Its state; instead of "not connected": in maintenance, suspended, or withdrawn with figures that stay. */
export function shownState(
  { state, sequence }: Pick<FeedStatus, 'state' | 'sequence'>,
  platform: Pick<Platform, 'connection'> | undefined,
): string {
  if (state !== 'NOT_CONNECTED' || platform === undefined) return state;
  const { connection } = platform;
  if (connection === 'MAINTENANCE' || connection === 'SUSPENDED') return connection;
  return connection === 'REGISTERED' && Number(sequence) > 0 ? 'WITHDRAWN' : state;
}

/** What is wrong first, what is not there last. */
export const feedOrder: readonly string[] = [
  'BROKEN',
  'UNREACHABLE',
  'BEHIND',
  'OK',
  'QUIET',
  'MAINTENANCE',
  'SUSPENDED',
  'WITHDRAWN',
  'NOT_CONNECTED',
];

/** Every feed with the state that is shown of it, in `feedOrder`; as `/live` tells them, as soon as it does. */
export function feedsInOrder(
  dashboard: Dashboard,
  health: Health | undefined,
): readonly FeedStatus[] {
  return sorted(
    (dashboard.live.feeds ?? health?.feeds ?? []).map((feed) => ({
      ...feed,
      state: shownState(feed, dashboard.platform(feed.platform)),
    })),
    (a, b) =>
      feedOrder.indexOf(a.state) - feedOrder.indexOf(b.state) || byCode(a.platform, b.platform),
  );
}

/** Whether the numbers agree, in a line. */
export function selfCheckInWords(
  { words, format, now }: Dashboard,
  selfCheck: Health['selfCheck'],
): string {
  if (selfCheck === null || selfCheck.checkedAt === null) return words.selfCheckPending;
  return selfCheck.ok
    ? words.selfCheckOk(selfCheck.platformsChecked, format.age(selfCheck.checkedAt, now.current))
    : words.selfCheckBad(selfCheck.differences.length);
}
