/** The top or bottom of one metric by platform, place, category, channel, module or client. */
import { rowsBy } from './dimension.ts';
import type { Cell, DimensionInput, Rows, TopBy } from './dimension.ts';
import { checkFirst, comparePositions } from './row-order.ts';
import { knownMetric } from './known.ts';
import type { Sources } from './series.ts';

/** `TopsInput` of analytics.graphql. */
export interface TopsInput extends DimensionInput {
  readonly metric: string;
  readonly ascending: boolean;
  readonly first: number;
}

/** `TopRow` of analytics.graphql. */
export interface TopRow extends Omit<Cell, 'metric'> {
  readonly key: string;
}

/** `Tops` of analytics.graphql. */
export interface Tops extends Omit<Rows, 'rows'> {
  readonly metric: string;
  readonly by: TopBy;
  readonly rows: readonly TopRow[];
}

export async function tops(sources: Sources, input: TopsInput, nowMs: number): Promise<Tops> {
  checkFirst(input.first);
  const metric = knownMetric(input.metric);
  const { rows, ...told } = await rowsBy(sources, input, [metric], nowMs);
  const found = rows
    .flatMap(({ key, cells: [cell] }) => (cell ? [{ ...cell, key }] : []))
    .filter(({ value }) => value !== null)
    .toSorted((a, b) =>
      comparePositions({ key: a.key, by: a.value }, { key: b.key, by: b.value }, input.ascending),
    );
  return { ...told, metric: metric.name, by: input.by, rows: found.slice(0, input.first) };
}
