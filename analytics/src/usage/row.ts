/** A line of the gateway's feed as a row of `onenet.usage`. */
import type { FeedLine, UsageEvent } from '@onenet/feed';
import { sqlTime } from '../clickhouse.ts';
import { shapeOf } from './shape.ts';

/** The columns of an insert, in the order of `usageRow`. */
export const usageColumns = [
  'epoch',
  'sequence',
  'time',
  'recorded',
  'document',
  'name',
  'kind',
  'client',
  'result',
  'count',
  'duration_ms',
  'shape',
  'owners',
  'calls',
  'failed',
  'continued',
  'rejected',
  'line',
] as const;

/** What a row says besides its line. */
export interface RowContext {
  readonly epoch: number;
  /** UTC ms at which the event before it was numbered: a rejected line's own word is not believed. */
  readonly recordedMs: number;
}

/** One line of `JSONCompactEachRow`. */
export function usageRow(line: FeedLine<UsageEvent>, context: RowContext): string {
  const columns = line.kind === 'event' ? accepted(line.event) : rejected(line, context.recordedMs);
  return JSON.stringify([context.epoch, line.sequence, ...columns]);
}

function accepted({ time, recordedtime, data }: UsageEvent): readonly unknown[] {
  return [
    sqlTime(Date.parse(time)),
    sqlTime(Date.parse(recordedtime)),
    data.document,
    data.name ?? '',
    data.kind,
    data.client,
    data.result,
    data.count,
    data.durationMs,
    shapeOf(data.coordinates),
    data.owners.map(({ platform }) => platform),
    data.owners.map(({ calls }) => calls),
    data.owners.map(({ failed }) => failed),
    data.continued === true,
    '',
    '',
  ];
}

/** Keeps the bytes, so that somebody can look. */
function rejected(
  { reason, bytes }: FeedLine<UsageEvent> & { readonly kind: 'rejected' },
  recordedMs: number,
): readonly unknown[] {
  const nothing = ['', '', '', '', '', 0, 0, '', [], [], [], false];
  return [sqlTime(recordedMs), sqlTime(recordedMs), ...nothing, reason, bytes.toString('utf8')];
}
