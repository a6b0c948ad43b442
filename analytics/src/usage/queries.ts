/** What was asked of which part of the schema, and by whom: the questions that `onenet.usage` answers. */
import { NetError } from '@onenet/contract';
import { asked as askable } from '../access/queries.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';
import type { UsageReader } from './reader.ts';
import { withinWindow } from './window.ts';
import type { Window } from './window.ts';

export interface UsageSources {
  readonly clickhouse: ClickHouse;
  readonly reader: UsageReader;
}

export interface OperationUsageArguments extends Window {
  readonly coordinates?: readonly string[] | null;
  readonly platform?: string | null;
  readonly first?: number | null;
}

/** `CoordinateUsage` of analytics.graphql. */
export interface CoordinateUsage {
  readonly coordinate: string;
  readonly client: string;
  readonly requests: number;
  readonly operations: number;
  readonly lastSeen: string;
}

const mostRows = 10_000;

/** By coordinate and client, what was asked most first. `own`: as this platform's team may see it. */
export async function operationUsage(
  sources: UsageSources,
  args: OperationUsageArguments,
  own?: string,
): Promise<readonly CoordinateUsage[]> {
  const { coordinates, first } = args;
  const platform = args.platform ?? own;
  if (own !== undefined && platform !== own) {
    throw new NetError(
      'NOT_ALLOWED',
      `Usage is told to a platform's team for its own platform: ask with \`platform: "${own}"\`, or without.`,
    );
  }
  const limit = limitOf(first ?? 100);
  if (coordinates?.length === 0) return [];
  const named =
    coordinates == null
      ? 'coordinates'
      : `arrayIntersect(${withTypes}, [${coordinates.map(quote).join(', ')}])`;
  // Of an operation's lines a coordinate stands in one only, which may continue another: each counts.
  const rows = await sources.clickhouse.rows<Omit<CoordinateUsage, 'lastSeen'> & { seen: number }>(
    `SELECT arrayJoin(named) AS coordinate, client, sum(asked) AS requests,
      uniqExact(document) AS operations, toUnixTimestamp64Milli(max(latest)) AS seen
    FROM (
      SELECT client, document, shape, sum(count) AS asked, max(time) AS latest
      FROM onenet.usage FINAL WHERE ${counted(sources, args)} ${askedOf(sources, args, platform)}
      GROUP BY client, document, shape
    ) AS uses
    INNER JOIN (SELECT shape, ${named} AS named FROM onenet.usage_shapes FINAL) AS shapes
      ON uses.shape = shapes.shape
    GROUP BY coordinate, client
    ORDER BY requests DESC, coordinate, client LIMIT ${own === undefined ? limit : mostRows}`,
  );
  return rows
    .filter(({ coordinate }) => own === undefined || askable([coordinate], own).length > 0)
    .slice(0, limit)
    .map(({ seen, ...row }) => ({ ...row, lastSeen: timeOf(seen) }));
}

/** A type's name stands for whatever of it is asked. */
const withTypes = `arrayDistinct(arrayConcat(coordinates, arrayMap(c -> splitByChar('.', c)[1], coordinates)))`;

/** Requests of which this owner was asked. Owners beyond what one line holds stand in lines that continue it. */
function askedOf(sources: UsageSources, window: Window, platform: string | null | undefined) {
  if (platform == null) return '';
  const asked = `has(owners, ${quote(platform)})`;
  return `AND (${asked} OR (client, document) IN (
    SELECT client, document FROM onenet.usage FINAL
    WHERE ${counted(sources, window)} AND continued AND ${asked}))`;
}

/** `OperationUse` of analytics.graphql. */
export interface OperationUse {
  readonly name: string | null;
  readonly document: string;
  readonly client: string;
  readonly requests: number;
  readonly failedShare: number;
  readonly meanMs: number;
  readonly owners: readonly string[];
  readonly lastSeen: string;
}

/** What is asked most, by document and client. `own`: as this platform's team may see it. */
export async function topOperations(
  sources: UsageSources,
  args: Window & { readonly first?: number | null },
  own?: string,
): Promise<readonly OperationUse[]> {
  const rows = await sources.clickhouse.rows<
    Omit<OperationUse, 'name' | 'owners' | 'lastSeen'> & {
      name: string;
      asked: readonly string[];
      seen: number;
    }
  >(
    `SELECT any(t.name) AS name, document, client, sumIf(t.count, NOT continued) AS requests,
      sumIf(t.count, NOT continued AND result IN ('FAILED', 'PARTIAL')) / requests AS failedShare,
      sumIf(duration_ms, NOT continued) / requests AS meanMs,
      arraySort(groupUniqArrayArray(t.owners)) AS asked,
      toUnixTimestamp64Milli(max(time)) AS seen
    FROM onenet.usage AS t FINAL WHERE ${counted(sources, args)} ${askedOf(sources, args, own)}
    GROUP BY document, client
    ORDER BY requests DESC, document, client LIMIT ${limitOf(args.first ?? 20)}`,
  );
  return rows.map(({ name, seen, asked, ...row }) => ({
    ...row,
    owners: own === undefined ? asked : [own],
    name: name === '' ? null : name,
    lastSeen: timeOf(seen),
  }));
}

/** `UsageStatus` of analytics.graphql. */
export interface UsageStatus {
  readonly ok: boolean;
  readonly since: string | null;
  readonly completeTo: string | null;
  readonly lagSeconds: number | null;
  readonly sequence: string;
  readonly lastSequence: string | null;
  readonly epoch: number;
  readonly rejected: number;
}

export async function usageStatus(sources: UsageSources, nowMs: number): Promise<UsageStatus> {
  const { position, headers, completeTo, rejected, trouble } = sources.reader.progress;
  const [row] = await sources.clickhouse.rows<{ lines: number; since: number }>(
    `SELECT count() AS lines, toUnixTimestamp64Milli(min(time)) AS since
    FROM onenet.usage FINAL WHERE ${counted(sources, {})}`,
  );
  return {
    ok: trouble === '',
    since: row === undefined || row.lines === 0 ? null : timeOf(row.since),
    completeTo,
    lagSeconds: completeTo === null ? null : Math.max(0, nowMs - Date.parse(completeTo)) / 1000,
    sequence: String(position.sequence),
    lastSequence: headers === undefined ? null : String(headers.lastSequence),
    epoch: position.epoch,
    rejected,
  };
}

/** SQL: what counts, within a window. */
function counted({ reader }: UsageSources, window: Window): string {
  return [reader.log.rows, `rejected = ''`, ...withinWindow(window)].join(' AND ');
}

function limitOf(first: number): number {
  if (first >= 1 && first <= mostRows) return first;
  throw new NetError('BAD_INPUT', `\`first: ${first}\` is out of range: from 1 to ${mostRows}.`);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
