/** The messages of `/live`, and the events from before the page was opened. */
import { ask, type Answer } from './client.ts';
import { feedStatus } from './health.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const feedEvent = object({
  platform: text,
  type: text,
  time: text,
  sequence: text,
  place: nullable(text),
  category: nullable(text),
  channel: nullable(text),
  simulated: truth,
  count: number,
});
/** One line of a platform's feed, without any person. */
export type FeedEvent = Reads<typeof feedEvent>;

/** `event: events`: what came in since the last one, newest first, and today's four figures. */
export const eventsMessage = object({
  asOf: text,
  events: list(feedEvent),
  totals: list(object({ metric: text, value: nullable(number) })),
});

/** `event: feeds` */
export const feedsMessage = object({ feeds: list(feedStatus) });

export async function askRecentEvents(
  platform: string | null,
  signal: AbortSignal,
): Promise<Answer<readonly FeedEvent[]>> {
  const document = /* GraphQL */ `
    query RecentEvents($platform: ID) {
      recentEvents(first: 30, platform: $platform) {
        platform
        type
        time
        sequence
        place
        category
        channel
        simulated
        count
      }
    }
  `;
  const shape = object({ recentEvents: list(feedEvent) });
  const answer = await ask(document, { platform }, shape, signal);
  return { ...answer, data: answer.data.recentEvents };
}
