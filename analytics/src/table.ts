/** Several metrics by one dimension in one answer, sorted by any of them, page by page. */
import { badCursor } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import { rowsBy } from './dimension.ts';
import type { DimensionInput, Row, Rows, TopBy } from './dimension.ts';
import { knownMetric } from './known.ts';
import type { ListedMetric } from './metrics.ts';
import { checkFirst, comparePositions } from './row-order.ts';
import type { RowPosition } from './row-order.ts';
import type { Sources } from './series.ts';

type OrderOf = 'VALUE' | 'PREVIOUS' | 'CHANGE' | 'KEY';

/** `MetricTableInput` of analytics.graphql. */
export interface MetricTableInput extends DimensionInput {
  readonly metrics: readonly string[];
  readonly orderBy?: string | null;
  readonly orderOf: OrderOf;
  readonly ascending: boolean;
  readonly first: number;
  readonly after?: string | null;
}

/** `MetricTable` of analytics.graphql. */
export interface MetricTable extends Rows {
  readonly metrics: readonly string[];
  readonly by: TopBy;
  readonly totalRows: number;
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

const maxMetrics = 100;

export async function metricTable(
  sources: Sources,
  input: MetricTableInput,
  nowMs: number,
): Promise<MetricTable> {
  checkFirst(input.first);
  const metrics = distinct(input.metrics).map(knownMetric);
  const order = orderOf(input, metrics);
  const after = input.after == null ? undefined : readCursor(input.after, order.name);
  const { rows, ...told } = await rowsBy(sources, input, metrics, nowMs);
  const sorted = rows
    .map((row) => ({ row, position: order.position(row) }))
    .toSorted((a, b) => comparePositions(a.position, b.position, input.ascending));
  const rest = after
    ? sorted.filter(({ position }) => comparePositions(after, position, input.ascending) < 0)
    : sorted;
  const page = rest.slice(0, input.first);
  const last = page.at(-1);
  return {
    ...told,
    metrics: metrics.map(({ name }) => name),
    by: input.by,
    rows: page.map(({ row }) => row),
    totalRows: rows.length,
    hasNextPage: rest.length > page.length,
    endCursor: last ? writeCursor(order.name, last.position) : null,
  };
}

function distinct(names: readonly string[]): readonly string[] {
  const metrics = [...new Set(names)];
  if (metrics.length >= 1 && metrics.length <= maxMetrics) return metrics;
  throw new NetError(
    'BAD_INPUT',
    `\`metrics\` names ${metrics.length} metrics: from 1 to ${maxMetrics}.`,
  );
}

interface Order {
  /** As cursors name it: one of another order leads nowhere. */
  readonly name: string;
  position(row: Row): RowPosition;
}

function orderOf(
  { orderBy, orderOf: column, ascending, by }: MetricTableInput,
  metrics: readonly ListedMetric[],
): Order {
  const index = orderBy == null ? 0 : metrics.findIndex(({ name }) => name === orderBy);
  if (index < 0) {
    throw new NetError(
      'BAD_INPUT',
      `\`orderBy: ${orderBy}\` is not among \`metrics\`: ${metrics.map(({ name }) => name).join(', ')}.`,
    );
  }
  const columns = { VALUE: 'value', PREVIOUS: 'previous', CHANGE: 'change' } as const;
  return {
    name: [by, metrics[index]?.name, column, ascending].join(' '),
    position: ({ key, cells }) => ({
      key,
      by: column === 'KEY' ? key : (cells[index]?.[columns[column]] ?? null),
    }),
  };
}

function writeCursor(order: string, { key, by }: RowPosition): string {
  return Buffer.from(JSON.stringify([order, key, by])).toString('base64url');
}

function readCursor(text: string, order: string): RowPosition {
  const [of, key, by] = partsOf(text);
  if (of !== order) throw badCursor('it is of another table or order');
  if (typeof key !== 'string') throw badCursor('it cannot be read');
  if (by !== null && typeof by !== 'number' && typeof by !== 'string') {
    throw badCursor('it cannot be read');
  }
  return { key, by };
}

function partsOf(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 3) return parts;
  } catch {
    // Told below.
  }
  throw badCursor('it cannot be read');
}
