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

const total = object({ metric: text, value: nullable(number) });

/** `event: snapshot`: everything that is told, events newest first. */
export const liveSnapshot = object({
  asOf: text,
  events: list(feedEvent),
  totals: list(total),
  feeds: list(feedStatus),
});
export type LiveSnapshot = Reads<typeof liveSnapshot>;

/** `event: change`: what is absent is as it was; `gone` are owners that the net has no more. */
export const liveChange = object({
  asOf: text,
  events: nullable(list(feedEvent)),
  totals: nullable(list(total)),
  feeds: nullable(list(feedStatus)),
  gone: nullable(list(text)),
});
export type LiveChange = Reads<typeof liveChange>;

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
