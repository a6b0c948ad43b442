/** What is said of a feed: one that is not pulled is told by its platform's connection. */
import type { FeedStatus } from './api/health.ts';
import type { Platform } from './api/platforms.ts';

/** The feed's state; in maintenance or suspended, the connection instead of "not connected". */
export function shownState(
  feed: Pick<FeedStatus, 'state'>,
  platform: Pick<Platform, 'connection'> | undefined,
): string {
  const connection = platform?.connection;
  const isHeldBack = connection === 'MAINTENANCE' || connection === 'SUSPENDED';
  return feed.state === 'NOT_CONNECTED' && isHeldBack ? connection : feed.state;
}
