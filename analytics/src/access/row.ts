/** A line of the gateways' feed as a row of `onenet.access`. */
import { isAccess } from '@onenet/feed';
import type { AccessEvent, FeedLine, GatewayEvent } from '@onenet/feed';
import { sqlTime } from '../clickhouse.ts';
import { shapeOf } from '../usage/shape.ts';

/** The columns of an insert, in the order of `accessRow`. */
export const accessColumns = [
  'epoch',
  'sequence',
  'type',
  'time',
  'recorded',
  'request',
  'client',
  'person',
  'roles',
  'purpose',
  'operation',
  'document',
  'kind',
  'shape',
  'result',
  'codes',
  'status',
  'count',
  'duration_ms',
  'platforms',
  'outcomes',
  'durations',
  'rows',
  'continued',
  'rejected',
  'line',
  'head',
  'batch_end',
] as const;

/** What a row says besides its line. */
export interface AccessRowContext {
  readonly epoch: number;
  /** The chain's head there. */
  readonly head: string;
  readonly isBatchEnd: boolean;
  /** UTC ms at which it, or the event before it, was numbered: a rejected line's own word is not believed. */
  readonly recordedMs: number;
}

/** One line of `JSONCompactEachRow`. */
export function accessRow(line: FeedLine<GatewayEvent>, context: AccessRowContext): string {
  const { epoch, head, isBatchEnd, recordedMs } = context;
  const isEvent = line.kind === 'event';
  const type = isEvent ? line.event.type : '';
  const time = isEvent ? Date.parse(line.event.time) : recordedMs;
  const rejected = isEvent ? '' : line.reason;
  const columns = isEvent && isAccess(line.event) ? columnsOf(line.event) : nothing;
  return JSON.stringify([
    epoch,
    line.sequence,
    type,
    sqlTime(time),
    sqlTime(recordedMs),
    ...columns,
    rejected,
    line.bytes.toString('utf8'),
    head,
    isBatchEnd,
  ]);
}

function columnsOf({ data }: AccessEvent): readonly unknown[] {
  return [
    data.requestId ?? '',
    data.client ?? '',
    data.person ?? '',
    data.roles,
    data.purpose ?? '',
    data.operation ?? '',
    data.document ?? '',
    data.kind ?? '',
    shapeOf(data.coordinates),
    data.result,
    data.codes,
    data.status,
    data.count ?? 1,
    data.durationMs,
    data.owners.map(({ platform }) => platform),
    data.owners.map(({ outcome }) => outcome),
    data.owners.map(({ durationMs }) => durationMs ?? -1),
    data.owners.map(({ rows }) => rows ?? -1),
    data.continued === true,
  ];
}

const nothing = [
  '',
  '',
  '',
  [],
  '',
  '',
  '',
  '',
  '',
  '',
  [],
  0,
  0,
  0,
  [],
  [],
  [],
  [],
  false,
] as readonly unknown[];
