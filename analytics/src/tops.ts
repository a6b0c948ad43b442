/** The top or bottom of one metric by platform, place, category, channel or client. */
import { NetError } from '@onenet/contract';
import type { Group } from './cells.ts';
import { significantDigits } from './cells.ts';
import { comparedRange } from './comparisons.ts';
import { rangeOf } from './periods.ts';
import type { Period } from './periods.ts';
import { answer } from './query.ts';
import type { Answers, Question } from './query.ts';
import { epochsIn, freshnessOf } from './scope.ts';
import { changeOf, knownMetric } from './series.ts';
import type { Sources } from './series.ts';
import { checkDimensions, isOfRequests, usageFreshness } from './usage/dimensions.ts';

export type TopBy = 'PLATFORM' | 'PLACE' | 'CATEGORY' | 'CHANNEL' | 'CLIENT';

/** `TopsInput` of analytics.graphql. */
export interface TopsInput {
  readonly metric: string;
  readonly by: TopBy;
  readonly period: Period;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly place?: string | null;
  readonly platforms?: readonly string[] | null;
  readonly clients?: readonly string[] | null;
  readonly simulated: boolean;
  readonly ascending: boolean;
  readonly first: number;
}

/** `TopRow` of analytics.graphql. */
export interface TopRow {
  readonly key: string;
  readonly value: number | null;
  readonly previous: number | null;
  readonly change: number | null;
}

export interface Tops {
  readonly metric: string;
  readonly by: TopBy;
  readonly rows: readonly TopRow[];
  readonly asOf: string;
}

const maxRows = 200;

export async function tops(
  { clickhouse, ingest, usage }: Sources,
  input: TopsInput,
  nowMs: number,
): Promise<Tops> {
  if (input.first < 1 || input.first > maxRows) {
    throw new NetError(
      'BAD_INPUT',
      `\`first: ${input.first}\` is out of range: from 1 to ${maxRows}.`,
    );
  }
  const metric = knownMetric(input.metric);
  const range = rangeOf(input.period, nowMs, input);
  const where = { platforms: input.platforms ?? undefined, place: input.place ?? undefined };
  const clients = input.clients ?? undefined;
  checkDimensions(metric, {
    place: where.place ?? (input.by === 'PLACE' ? input.by : undefined),
    categories: input.by === 'CATEGORY' ? input.by : undefined,
    channels: input.by === 'CHANNEL' ? input.by : undefined,
    clients: clients ?? (input.by === 'CLIENT' ? input.by : undefined),
  });
  const question: Question = {
    metrics: [metric],
    range,
    compared: comparedRange(range, 'PREVIOUS_PERIOD'),
    group: groupOf(input.by, where.place),
    nowMs,
    usage: { platforms: where.platforms, clients, upTo: usage?.progress.position },
    filter: {
      epochs: epochsIn(ingest, where),
      place: where.place,
      categories: undefined,
      channels: undefined,
      simulated: input.simulated,
    },
  };
  const answers = await answer(clickhouse, question);
  const rows = [...answers.keys()]
    .filter((key) => isRow(key, input.by, where.place))
    .map((key) => rowOf(key, metric.name, answers))
    .filter((row) => row.value !== null)
    .toSorted((a, b) => order(a, b, input.ascending));
  return {
    metric: metric.name,
    by: input.by,
    rows: rows.slice(0, input.first),
    asOf: (isOfRequests(metric) ? usageFreshness(usage, nowMs) : freshnessOf(ingest, where)).asOf,
  };
}

function rowOf(key: string, metric: string, answers: Answers): TopRow {
  const { value = null, previous = null } = answers.get(key)?.get(metric) ?? {};
  return { key, value, previous, change: changeOf(value, previous) };
}

/** By value; equal ones by key, so that the order is the same every time. */
function order(a: TopRow, b: TopRow, ascending: boolean): number {
  const byValue = (a.value ?? 0) - (b.value ?? 0);
  if (byValue !== 0) return ascending ? byValue : -byValue;
  return a.key < b.key ? -1 : 1;
}

function groupOf(by: TopBy, place: string | undefined): Group {
  switch (by) {
    case 'PLATFORM':
      return { by: 'platform' };
    case 'CATEGORY':
      return { by: 'category' };
    case 'CHANNEL':
      return { by: 'channel' };
    case 'CLIENT':
      return { by: 'client' };
    case 'PLACE':
      return { by: 'level', digits: digitsBelow(place) };
  }
}

/** How long the codes directly below a place are; without one, the counties are meant. */
function digitsBelow(place: string | undefined): 4 | 6 | 9 | 12 {
  switch (place === undefined ? 4 : significantDigits(place).length) {
    case 2:
      return 4;
    case 4:
      return 6;
    case 6:
      return 9;
    default:
      return 12;
  }
}

/** What happened at no place, or at the place itself, stands in none below it. */
function isRow(key: string, by: TopBy, place: string | undefined): boolean {
  if (key === '') return false;
  if (by !== 'PLACE') return true;
  const digits = digitsBelow(place);
  if (digits === 4) return key.length === 6 && !key.endsWith('0000');
  return key.length === digits && !key.endsWith(digits === 6 ? '00' : '000');
}
