/** What analytics says of itself: how fresh each feed is, whether the counts agree, what needs attention. */
import { askAnalytics, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const told = {
  platform: text,
  state: text,
  sequence: text,
  lastSequence: nullable(text),
  pending: nullable(number),
  completeTo: nullable(text),
  seenAt: nullable(text),
  lagSeconds: nullable(number),
  rejected: number,
  contiguous: truth,
  waitingFor: nullable(text),
};
/** As `/live` tells it, too. */
export const feedStatus = object(told);
export type FeedStatus = Reads<typeof feedStatus>;

/** With its place in the chain. */
const feed = object({
  ...told,
  epoch: number,
  head: nullable(text),
  waitingSince: nullable(text),
});
export type NetFeed = Reads<typeof feed>;

const selfCheck = object({
  checkedAt: nullable(text),
  ok: truth,
  platformsChecked: number,
  sumsCheckedAt: nullable(text),
  daysCompared: number,
  differences: list(
    object({
      platform: text,
      what: text,
      owner: nullable(number),
      raw: nullable(number),
      rollup: nullable(number),
      tier: nullable(text),
      measure: nullable(text),
      day: nullable(text),
    }),
  ),
});

const attentionItem = object({
  kind: text,
  platform: nullable(text),
  severity: number,
  value: nullable(number),
  metric: nullable(text),
  since: nullable(text),
});
export type AttentionItem = Reads<typeof attentionItem>;

const health = object({ feeds: list(feed), selfCheck: nullable(selfCheck) });
export type Health = Reads<typeof health>;

/** Every feed, and whether raw, rollups and owners agree. */
export function askHealth(signal: AbortSignal): Promise<Answer<Health>> {
  const document = /* GraphQL */ `
    query Health {
      feeds {
        platform
        state
        epoch
        sequence
        lastSequence
        pending
        completeTo
        seenAt
        lagSeconds
        head
        rejected
        contiguous
        waitingFor
        waitingSince
      }
      selfCheck {
        checkedAt
        ok
        platformsChecked
        sumsCheckedAt
        daysCompared
        differences {
          platform
          what
          owner
          raw
          rollup
          tier
          measure
          day
        }
      }
    }
  `;
  return askAnalytics(document, {}, health, signal);
}

export async function askAttention(signal: AbortSignal): Promise<Answer<readonly AttentionItem[]>> {
  const document = /* GraphQL */ `
    query Attention {
      attention(first: 12) {
        kind
        platform
        severity
        value
        metric
        since
      }
    }
  `;
  const answer = await askAnalytics(
    document,
    {},
    object({ attention: list(attentionItem) }),
    signal,
  );
  return { ...answer, data: answer.data.attention };
}
