/** What is said of a feed: one that is not pulled is told by its platform's connection. */
import type { FeedStatus } from './api/health.ts';
import type { Platform } from './api/platforms.ts';

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
