/** Metrics of the net's own use: the rows that they are clauses over, by part, key and bucket. */
import { bucketSql } from '../cells.ts';
import type { Group } from '../cells.ts';
import { quoteList, quote, timeLiteral } from '../clickhouse.ts';
import type { ClickHouse } from '../clickhouse.ts';
import type { Metric, MetricSource } from '../metrics/metric.ts';
import type { Range } from '../periods.ts';
import type { Question } from '../query.ts';
import type { Part, SumRow } from '../sums.ts';
import type { UsagePosition } from './log.ts';
import type { Grain } from '../grains.ts';

/** Whose use is counted in. */
export interface UsageScope {
  /** Owners that were asked; undefined: also requests for which none was. */
  readonly platforms: readonly string[] | undefined;
  readonly clients: readonly string[] | undefined;
  /** How far the gateways' record is counted; undefined: all of it. The same bound always counts the same. */
  readonly upTo: Pick<UsagePosition, 'epoch' | 'sequence'> | undefined;
}

type UsageSource = Exclude<MetricSource, 'events'>;

/** The sums of a question's metrics that are not made of events, one query a source. */
export async function usageSums(clickhouse: ClickHouse, question: Question): Promise<SumRow[]> {
  const sources = ['requests', 'calls', 'feeds'] as const;
  const found = await Promise.all(
    sources.map(async (source) => {
      const metrics = question.metrics.filter((metric) => metric.source === source);
      return metrics.length === 0 ? [] : sumsOf(clickhouse, question, source, metrics);
    }),
  );
  return found.flat();
}

async function sumsOf(
  clickhouse: ClickHouse,
  question: Question,
  source: UsageSource,
  metrics: readonly Metric[],
): Promise<SumRow[]> {
  const { range, compared, grain } = question;
  const rows = rowsOf[source];
  const selects = [
    rows('now', question, range, undefined),
    ...(compared ? [rows('then', question, compared, undefined)] : []),
    ...(grain ? [rows('points', question, range, grain)] : []),
  ];
  const clauses = metrics.map(({ name, expression }) => `${expression} AS ${name}`);
  const found = await clickhouse.rows<Record<string, string | number | null>>(
    `SELECT part, key, bucket, ${clauses.join(', ')}
    FROM (\n${selects.join('\nUNION ALL\n')}\n) GROUP BY part, key, bucket`,
  );
  return found.map(({ part, key, bucket, ...values }) => ({
    part: String(part),
    key: String(key),
    bucketMs: Number(bucket) * 1000,
    values: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value === null ? null : Number(value)]),
    ),
  }));
}

/** The start of the first day of which a question's metrics that are not of events know anything. */
export async function firstUseMs(
  clickhouse: ClickHouse,
  question: Question,
): Promise<number | undefined> {
  const { metrics, range } = question;
  const selects = [
    ...(metrics.some(({ source }) => source === 'requests' || source === 'calls')
      ? [`SELECT t.time AS at FROM onenet.access AS t WHERE ${whereOf(question, range)}`]
      : []),
    ...(metrics.some(({ source }) => source === 'feeds')
      ? [`SELECT t.minute AS at FROM onenet.freshness AS t WHERE ${within('t.minute', range)}`]
      : []),
  ];
  if (selects.length === 0) return undefined;
  const [found] = await clickhouse.rows<{ first: number; rows: number }>(
    `SELECT toUnixTimestamp(toStartOfDay(toDateTime(min(at)), 'Asia/Shanghai')) AS first, count() AS rows
    FROM (${selects.join(' UNION ALL ')})`,
  );
  return found && found.rows > 0 ? found.first * 1000 : undefined;
}

type Rows = (part: Part, question: Question, range: Range, grain: Grain | undefined) => string;

const rowsOf: Readonly<Record<UsageSource, Rows>> = {
  requests: requestRows,
  calls: callRows,
  feeds: feedRows,
};

/**
 * `requests, result, duration_ms` of each request, once a key. What was too long for one line stands in
 * several, and an owner may stand in each: those few requests are put together, the rest need no grouping.
 */
function requestRows(part: Part, question: Question, range: Range, grain: Grain | undefined) {
  const { group, usage } = question;
  const head = `${quote(part)} AS part, ${keyOf(group)} AS key, ${bucketSql('t.time', grain)} AS bucket`;
  const where = whereOf(question, range);
  const columns = 't.count AS requests, t.result AS result, t.duration_ms AS duration_ms';
  const codes = group.by === 'code' ? ' ARRAY JOIN t.codes AS code' : '';
  if (group.by !== 'platform' && usage?.platforms === undefined) {
    return `SELECT ${head}, ${columns} FROM onenet.access AS t FINAL${codes} WHERE ${where} AND NOT t.continued`;
  }
  const only = usage?.platforms ? ` AND p IN ${quoteList(usage.platforms)}` : '';
  const asked = `arrayDistinct(arrayFilter((p, o) -> o != 'REFUSED'${only}, t.platforms, t.outcomes))`;
  // The owner by whose calls a request is counted, or any of those that are asked about.
  const from = `FROM onenet.access AS t FINAL${group.by === 'platform' ? ` ARRAY JOIN ${asked} AS platform` : codes}`;
  const named = group.by === 'platform' ? '' : ` AND notEmpty(${asked})`;
  // Its codes may stand in one line, and who is asked about in another.
  const namedAnywhere =
    codes === ''
      ? named
      : ` AND t.request IN (SELECT t.request FROM onenet.access AS t WHERE ${where}${named})`;
  const split = `t.request IN (SELECT t.request FROM onenet.access AS t WHERE ${where} AND t.continued AND t.request != '')`;
  return `SELECT ${head}, ${columns} ${from} WHERE ${where}${named} AND NOT ${split}
    UNION ALL
    SELECT ${head}, any(t.count) AS requests, any(t.result) AS result, any(t.duration_ms) AS duration_ms
    ${from} WHERE ${where}${namedAnywhere} AND ${split} GROUP BY part, key, bucket, t.request`;
}

/** `outcome, rows, duration_ms` of each call to an owner; those of one request may stand in several lines. */
function callRows(part: Part, question: Question, range: Range, grain: Grain | undefined): string {
  const { group, usage } = question;
  const only = usage?.platforms ? ` AND call.1 IN ${quoteList(usage.platforms)}` : '';
  return `SELECT ${quote(part)} AS part, ${keyOf(group, 'call.1', 'call.2')} AS key, ${bucketSql('t.time', grain)} AS bucket,
      call.2 AS outcome, call.3 AS rows, call.4 AS duration_ms
    FROM onenet.access AS t FINAL ARRAY JOIN arrayZip(t.platforms, t.outcomes, t.rows, t.durations) AS call
    WHERE ${whereOf(question, range)}${only}`;
}

/** `state, lag_seconds` of each owner and minute. */
function feedRows(part: Part, question: Question, range: Range, grain: Grain | undefined): string {
  const { group, usage } = question;
  const only = usage?.platforms ? ` AND t.platform IN ${quoteList(usage.platforms)}` : '';
  return `SELECT ${quote(part)} AS part, ${keyOf(group, 't.platform')} AS key, ${bucketSql('t.minute', grain)} AS bucket,
      t.state AS state, t.lag_seconds AS lag_seconds
    FROM onenet.freshness AS t FINAL WHERE ${within('t.minute', range)}${only}`;
}

function keyOf(group: Group, platform = 'platform', code = 'code'): string {
  if (group.by === 'platform') return `toString(${platform})`;
  if (group.by === 'code') return `toString(${code})`;
  return group.by === 'client' ? 'toString(t.client)' : `''`;
}

/** Access records that count: of the log as it was at the bound's epoch, though it was restored before or since. */
function whereOf({ usage }: Question, range: Range): string {
  const clients = usage?.clients ? ` AND t.client IN ${quoteList(usage.clients)}` : '';
  const upTo = usage?.upTo;
  const bound = upTo ? ` AND t.epoch <= ${upTo.epoch} AND t.sequence <= ${upTo.sequence}` : '';
  const starts = upTo ? ` WHERE epoch <= ${upTo.epoch}` : '';
  return `t.type = 'onenet.access.recorded' AND t.rejected = '' AND ${within('t.time', range)}${clients}${bound}
    AND arrayAll(start -> t.epoch >= start.1 OR t.sequence <= start.2,
      (SELECT groupArray((epoch, after)) FROM onenet.usage_epochs FINAL${starts}))`;
}

function within(column: string, { fromMs, toMs }: Range): string {
  const from = fromMs === undefined ? '' : `${column} >= ${timeLiteral(fromMs)} AND `;
  return `${from}${column} < ${timeLiteral(toMs)}`;
}
