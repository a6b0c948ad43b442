/** The gateways' log as it must be to be proved: its lines, byte for byte, and the calls to one owner that they name. */
import { isAccess } from '@onenet/feed';
import type { GatewayEvent, OwnerAccess } from '@onenet/feed';
import { quote, timeLiteral } from '../clickhouse.ts';
import type { UsageSources } from '../usage/queries.ts';

/** A line, sealed by its head. */
export interface GatewayLine {
  readonly sequence: number;
  /** As it was numbered: the chain is over these very bytes. */
  readonly line: string;
  /** The chain's head at this line: `sha-256:<hex>`. */
  readonly head: string;
}

/** Of one client a line stands among others': the head before it proves it alone. */
export interface ClientLine extends GatewayLine {
  /** Null where the line before is no longer kept. */
  readonly before: string | null;
}

/** A call to the owner, and the request of which it was. */
export interface CallTo extends Omit<OwnerAccess, 'platform'> {
  readonly sequence: number;
  /** RFC 3339: when the request was answered. */
  readonly at: string;
  readonly requestId: string | null;
  readonly client: string | null;
  readonly operation: string | null;
}

/** Milliseconds since 1970: at or after, and before. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * RFC 3339: what was asked before it stands nowhere. A first request is in the log by its own time; where
 * older lines are no longer kept, all that is certain is when the first of the others was numbered.
 */
export async function since({ clickhouse, reader }: UsageSources): Promise<string | undefined> {
  const [first] = await clickhouse.rows<{ sinceMs: number }>(
    `SELECT toUnixTimestamp64Milli(if(sequence = 1, least(time, recorded), recorded)) AS sinceMs
    FROM onenet.access WHERE ${reader.log.rows} ORDER BY epoch, sequence LIMIT 1`,
  );
  return first && new Date(first.sinceMs).toISOString();
}

/** Lines after a sequence, in order. */
export async function linesAfter(
  { clickhouse, reader }: UsageSources,
  after: number,
  limit: number,
): Promise<readonly GatewayLine[]> {
  return await clickhouse.rows<GatewayLine>(
    `SELECT sequence, line, head FROM onenet.access FINAL
    WHERE ${reader.log.rows} AND sequence > ${after} ORDER BY sequence LIMIT ${limit}`,
  );
}

/** Lines of one client's requests. */
export async function linesOfClient(
  { clickhouse, reader }: UsageSources,
  client: string,
  window: Window,
  after: number,
  limit: number,
): Promise<readonly ClientLine[]> {
  const lines = await clickhouse.rows<GatewayLine>(
    `SELECT sequence, line, head FROM onenet.access FINAL
    WHERE ${reader.log.rows} AND client = ${quote(client)} AND ${within(window)}
      AND sequence > ${after} ORDER BY sequence LIMIT ${limit}`,
  );
  if (lines.length === 0) return [];
  const numbers = lines.map(({ sequence }) => sequence - 1);
  const heads = await clickhouse.rows<{ sequence: number; head: string }>(
    `SELECT sequence, head FROM onenet.access FINAL
    WHERE ${reader.log.rows} AND sequence IN (${numbers.join(', ')})`,
  );
  const before = new Map(heads.map(({ sequence, head }) => [sequence, head]));
  return lines.map((line) => ({ ...line, before: before.get(line.sequence - 1) ?? null }));
}

/** Calls to an owner, in the order of the log. */
export async function callsTo(
  { clickhouse, reader }: UsageSources,
  platform: string,
  window: Window,
  after: number,
  limit: number,
): Promise<readonly CallTo[]> {
  const lines = await clickhouse.rows<{ sequence: number; line: string }>(
    `SELECT sequence, line FROM onenet.access FINAL
    WHERE ${reader.log.rows} AND rejected = '' AND has(platforms, ${quote(platform)})
      AND ${within(window)} AND sequence > ${after} ORDER BY sequence LIMIT ${limit}`,
  );
  return lines.flatMap(({ sequence, line }) => {
    const event = JSON.parse(line) as GatewayEvent;
    if (!isAccess(event)) return [];
    const { requestId, client, operation, owners } = event.data;
    return owners
      .filter((owner) => owner.platform === platform)
      .map(({ outcome, status, rows, grant, leaf }) => ({
        sequence,
        at: event.time,
        requestId,
        client,
        operation,
        outcome,
        status,
        rows,
        grant,
        leaf,
      }));
  });
}

function within({ fromMs, toMs }: Window): string {
  return `time >= ${timeLiteral(fromMs)} AND time < ${timeLiteral(toMs)}`;
}
