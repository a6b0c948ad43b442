/** Refuses what only single events can answer, from a time of which raw has them no more: less than all would look like all. */
import { NetError } from '@onenet/contract';
import { isBelowCounty } from './cells.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { Range } from './periods.ts';
import type { Question } from './query.ts';
import { tiersOf } from './tiers.ts';

export function refuseForgotten(
  ingest: Pick<Ingest, 'rawFromMs'>,
  question: Pick<
    Question,
    'metrics' | 'range' | 'compared' | 'grain' | 'group' | 'filter' | 'nowMs'
  >,
): void {
  const keptMs = ingest.rawFromMs(question.filter.epochs.keys());
  if (keptMs === 0) return;
  const ranges = [question.range, ...(question.compared ? [question.compared] : [])];
  const forgotten = question.metrics.filter(
    (metric) =>
      metric.source === undefined &&
      ranges.some((range) => firstRawMs(metric.kind, range, question) < keptMs),
  );
  if (forgotten.length === 0) return;
  const names = forgotten.map(({ name }) => name).join(', ');
  throw new NetError(
    'BAD_INPUT',
    `${names}: single events are kept from ${new Date(keptMs).toISOString()} on, and earlier ones are asked for ` +
      `here or in what it is compared with: ask for a later period, or by whole days and for counties or larger places.`,
  );
}

/** The beginning of the earliest part that raw answers; none: never. */
function firstRawMs(
  kind: Question['metrics'][number]['kind'],
  { fromMs = 0, toMs }: Range,
  { group, filter, nowMs, grain }: Pick<Question, 'group' | 'filter' | 'nowMs' | 'grain'>,
): number {
  // Single values have a table of their own, which loses none.
  if (kind === 'DISTRIBUTION') return Infinity;
  const belowCounty = isBelowCounty(filter, group);
  const isOfAllTime = kind === 'STOCK' || kind === 'SHARE';
  const pieces = [
    ...tiersOf(fromMs, toMs, nowMs, { grain, belowCounty }),
    ...(isOfAllTime ? tiersOf(0, fromMs, nowMs, { belowCounty }) : []),
  ];
  // What is kept of lines that are gone has counties alone: of finer places a later epoch has none.
  const raw = pieces
    .filter(({ tier }) => tier === 'raw' || tier === 'places')
    .map((piece) => piece.fromMs);
  return Math.min(Infinity, ...raw);
}
