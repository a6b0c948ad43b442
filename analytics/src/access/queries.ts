/** Who was given what, request by request and by day: the questions that `onenet.access` answers. */
import { NetError, additionPrefix, contractSchema } from '@onenet/contract';
import type { AccessData, AccessEvent, OwnerAccess } from '@onenet/feed';
import { quote } from '../clickhouse.ts';
import type { UsageSources } from '../usage/queries.ts';
import { withinWindow } from '../usage/window.ts';
import type { Window } from '../usage/window.ts';
import type { Sight } from './who.ts';

/** `AccessFilter` of analytics.graphql. */
export interface AccessFilter extends Window {
  readonly platform?: string | null;
  readonly client?: string | null;
  readonly operation?: string | null;
  readonly requestId?: string | null;
  readonly result?: AccessData['result'] | null;
}

export interface AccessRecordsArguments {
  readonly filter?: AccessFilter | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

/** `AccessRecord` of analytics.graphql. */
export interface AccessRecord extends Omit<AccessData, 'count' | 'continued'> {
  readonly sequence: string;
  readonly at: string;
  readonly count: number;
  /** All records that it gave; null where one owner's are not known. */
  readonly rows: number | null;
  readonly owners: readonly OwnerAccess[];
}

/** `AccessRecordConnection` of analytics.graphql. */
export interface AccessRecordConnection {
  readonly edges: readonly { readonly cursor: string; readonly node: AccessRecord }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const mostRecords = 100;

/** The newest first. */
export async function accessRecords(
  sources: UsageSources,
  { filter, first, after }: AccessRecordsArguments,
  sight: Sight,
): Promise<AccessRecordConnection> {
  const limit = limitOf(first ?? 20, mostRecords);
  const before = after == null ? '' : `AND sequence < ${sequenceIn(after)}`;
  // Twice is once without FINAL too, and by the key's own order nothing has to be sorted.
  const found = await sources.clickhouse.rows<{ sequence: number; line: string }>(
    `SELECT sequence, line FROM onenet.access
    WHERE ${counted(sources, filter ?? {}, sight)} AND NOT continued ${before}
    ORDER BY epoch DESC, sequence DESC LIMIT 1 BY sequence LIMIT ${limit + 1}`,
  );
  const page = found.slice(0, limit);
  const more = await continuations(sources, page);
  const edges = page.map(({ sequence, line }) => ({
    cursor: cursorOf(sequence),
    node: recordOf(sequence, line, more.get(sequence) ?? [], sight),
  }));
  const endCursor = edges.at(-1)?.cursor ?? null;
  return { edges, pageInfo: { hasNextPage: found.length > limit, endCursor } };
}

/** What stands in lines behind it: they carry the same request's id, and follow closely. */
async function continuations(
  sources: UsageSources,
  page: readonly { readonly sequence: number; readonly line: string }[],
): Promise<ReadonlyMap<number, readonly AccessData[]>> {
  const byRequest = new Map(
    page.flatMap(({ sequence, line }) => {
      const { requestId } = dataOf(line);
      return requestId === null ? [] : [[requestId, sequence]];
    }),
  );
  if (byRequest.size === 0) return new Map();
  const found = await sources.clickhouse.rows<{ line: string }>(
    `SELECT line FROM onenet.access FINAL WHERE ${sources.reader.log.rows} AND continued
      AND request IN (${[...byRequest.keys()].map(quote).join(', ')})
    ORDER BY sequence`,
  );
  return Map.groupBy(
    found.map(({ line }) => dataOf(line)),
    ({ requestId }) => byRequest.get(requestId ?? '') ?? 0,
  );
}

function recordOf(
  sequence: number,
  line: string,
  more: readonly AccessData[],
  sight: Sight,
): AccessRecord {
  const { time, data } = JSON.parse(line) as AccessEvent;
  const { count = 1, continued: _, ...rest } = data;
  const all = [data, ...more].flatMap(({ owners }) => owners);
  const owners = all.filter(({ platform }) => (sight.platform ?? platform) === platform);
  const coordinates = [data, ...more].flatMap((each) => each.coordinates);
  const isKnown = owners.every(({ rows, outcome }) => rows !== null || outcome === 'REPEATED');
  return {
    ...rest,
    sequence: String(sequence),
    at: time,
    count,
    coordinates: sight.platform === undefined ? coordinates : asked(coordinates, sight.platform),
    owners,
    rows: isKnown ? owners.reduce((sum, { rows }) => sum + (rows ?? 0), 0) : null,
  };
}

/** What a platform could be asked: the contract's, and what it added. Of the rest it must not learn. */
export function asked(coordinates: readonly string[], platform: string): readonly string[] {
  const schema = contractSchema();
  const prefix = additionPrefix(platform);
  return coordinates.filter((coordinate) => {
    const [type = '', member = ''] = coordinate.split('.');
    if (type.startsWith(prefix.type) || member.startsWith(prefix.field)) return true;
    const known = schema.getType(type);
    if (known === undefined || !('getFields' in known)) return known !== undefined;
    return Object.hasOwn(known.getFields(), member.split('(')[0] ?? '');
  });
}

export interface AccessSummaryArguments {
  readonly filter?: AccessFilter | null;
  readonly first?: number | null;
}

/** `AccessSummary` of analytics.graphql: one client at one platform on one day. */
export interface AccessSummary {
  readonly client: string;
  readonly platform: string;
  /** In Asia/Shanghai, YYYY-MM-DD. */
  readonly day: string;
  readonly requests: number;
  readonly rows: number;
  readonly fields: readonly string[];
}

const mostSummaries = 1_000;

/** The newest day first. */
export async function accessSummary(
  sources: UsageSources,
  { filter, first }: AccessSummaryArguments,
  sight: Sight,
): Promise<readonly AccessSummary[]> {
  const only = sight.platform ?? filter?.platform ?? undefined;
  const found = await sources.clickhouse.rows<
    Omit<AccessSummary, 'fields'> & { readonly shapes: readonly string[] }
  >(
    `SELECT client, platform, toString(day) AS day, uniqExact(request) AS requests,
      sum(given) AS rows, groupUniqArray(shape) AS shapes
    FROM (
      SELECT client, request, shape, toDate(time, 'Asia/Shanghai') AS day,
        call.1 AS platform, greatest(call.2, 0) AS given
      FROM onenet.access FINAL ARRAY JOIN arrayZip(platforms, rows) AS call
      WHERE ${counted(sources, filter ?? {}, sight)}
        ${only === undefined ? '' : `AND call.1 = ${quote(only)}`}
    )
    GROUP BY client, platform, day
    ORDER BY day DESC, client, platform LIMIT ${limitOf(first ?? 100, mostSummaries)}`,
  );
  const shapes = [...new Set(found.flatMap((row) => row.shapes))];
  const known = await coordinatesOf(sources, shapes);
  return found.map(({ shapes: own, ...row }) => {
    const fields = [...new Set(own.flatMap((shape) => known.get(shape) ?? []))].toSorted();
    return { ...row, fields: asked(fields, row.platform) };
  });
}

async function coordinatesOf(
  { clickhouse }: UsageSources,
  shapes: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (shapes.length === 0) return new Map();
  const rows = await clickhouse.rows<{ shape: string; coordinates: readonly string[] }>(
    `SELECT shape, coordinates FROM onenet.usage_shapes FINAL
    WHERE shape IN (${shapes.map(quote).join(', ')})`,
  );
  return new Map(rows.map(({ shape, coordinates }) => [shape, coordinates]));
}

/** SQL: the records that are asked for, of those that may be seen. */
function counted({ reader }: UsageSources, filter: AccessFilter, sight: Sight): string {
  const { platform, client, operation, requestId, result } = filter;
  // Which of its requests asked another as well is what a team must not learn.
  if (sight.platform !== undefined && (platform ?? sight.platform) !== sight.platform) {
    throw new NetError(
      'NOT_ALLOWED',
      `Access is told to a platform's team for its own platform: ask with \`platform: "${sight.platform}"\`, or without.`,
    );
  }
  return [
    reader.log.rows,
    `type = 'onenet.access.recorded' AND rejected = ''`,
    ...(sight.client === undefined ? [] : [`client = ${quote(sight.client)}`]),
    ...(sight.platform === undefined ? [] : [askedOf(reader, sight.platform)]),
    ...(platform == null ? [] : [askedOf(reader, platform)]),
    ...(client == null ? [] : [`client = ${quote(client)}`]),
    ...(operation == null ? [] : [`operation = ${quote(operation)}`]),
    ...(requestId == null ? [] : [requestIs(requestId)]),
    ...(result == null ? [] : [`result = ${quote(result)}`]),
    ...withinWindow(filter),
  ].join(' AND ');
}

/** SQL: the request of an id; an export's id begins those of its pages. */
function requestIs(id: string): string {
  const isExport = /^[0-9a-f]{32}$/.test(id);
  return isExport ? `startsWith(request, ${quote(`${id}-`)})` : `request = ${quote(id)}`;
}

/** SQL: requests of which this owner was asked. Owners beyond what one line holds stand in lines that continue it. */
function askedOf({ log }: UsageSources['reader'], platform: string): string {
  const asksIt = `has(platforms, ${quote(platform)})`;
  return `(${asksIt} OR request IN (
    SELECT request FROM onenet.access WHERE ${log.rows} AND continued AND ${asksIt}))`;
}

function dataOf(line: string): AccessData {
  return (JSON.parse(line) as AccessEvent).data;
}

/** A place in the log: `[1, sequence]`. */
function cursorOf(sequence: number): string {
  return Buffer.from(JSON.stringify([1, sequence])).toString('base64url');
}

function sequenceIn(cursor: string): number {
  const [, sequence] = /^\[1,(\d{1,16})\]$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (sequence !== undefined) return Number(sequence);
  throw new NetError('BAD_CURSOR', '`after` is no cursor of access records.');
}

function limitOf(first: number, most: number): number {
  if (first >= 1 && first <= most) return first;
  throw new NetError('BAD_INPUT', `\`first: ${first}\` is out of range: from 1 to ${most}.`);
}
