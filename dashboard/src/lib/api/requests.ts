/** What is told of requests beside their figures: the funnel, how long things took, how old what is open is. */
import { askAnalytics, type Answer } from './client.ts';
import { covered, coveredFields, type Scope } from './metrics.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const funnel = object({
  steps: list(
    object({
      step: text,
      count: nullable(number),
      shareOfBefore: nullable(number),
      shareOfFirst: nullable(number),
    }),
  ),
  partial: truth,
  ...covered,
});
export type RequestFunnel = Reads<typeof funnel>;

/** How many requests took each step in the period: no cohort that is followed. */
export async function askRequestFunnel(
  input: Scope,
  signal: AbortSignal,
): Promise<Answer<RequestFunnel>> {
  const document = /* GraphQL */ `
    query RequestFunnel($input: RequestFunnelInput!) {
      funnel: requestFunnel(input: $input) {
        steps { step count shareOfBefore shareOfFirst }
        partial ${coveredFields}
      }
    }
  `;
  const answer = await askAnalytics(document, { input }, object({ funnel }), signal);
  return { ...answer, data: answer.data.funnel };
}

/** What is measured: `DistributionOf` of analytics.graphql. The first is the default. */
export const distributions = [
  'TIME_TO_RESOLVE',
  'TIME_TO_ACCEPT',
  'TIME_TO_REJECT',
  'SUPERVISION_ANSWER',
] as const;
export type DistributionOf = (typeof distributions)[number];

const distribution = object({
  of: text,
  n: number,
  medianHours: nullable(number),
  p90Hours: nullable(number),
  meanHours: nullable(number),
  buckets: list(
    object({
      fromHours: number,
      toHours: nullable(number),
      count: number,
      share: nullable(number),
    }),
  ),
  partial: truth,
  ...covered,
});
export type Distribution = Reads<typeof distribution>;

export async function askDistribution(
  input: Scope & { readonly of: DistributionOf },
  signal: AbortSignal,
): Promise<Answer<Distribution>> {
  const document = /* GraphQL */ `
    query Distribution($input: DistributionInput!) {
      distribution(input: $input) {
        of n medianHours p90Hours meanHours
        buckets { fromHours toHours count share }
        partial ${coveredFields}
      }
    }
  `;
  const answer = await askAnalytics(document, { input }, object({ distribution }), signal);
  return { ...answer, data: answer.data.distribution };
}
