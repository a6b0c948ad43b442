/** When what a question counts began: the first day of which anything is left. What was taken back, as for a wrong time, begins nothing. */
import type { ClickHouse } from './clickhouse.ts';
import { filterSql, laterSql } from './cells.ts';
import { quote, quoteList } from './clickhouse.ts';
import { typesOf } from './metrics/metric.ts';
import type { Question } from './query.ts';
import { firstUseMs } from './usage/figures.ts';

/** The start of a day in Asia/Shanghai, UTC ms; undefined where nothing has happened before the range’s end. */
export async function firstDayMs(
  clickhouse: ClickHouse,
  question: Question,
): Promise<number | undefined> {
  const found = await Promise.all([
    firstEventMs(clickhouse, question),
    firstUseMs(clickhouse, question),
  ]);
  const days = found.filter((ms) => ms !== undefined);
  return days.length === 0 ? undefined : Math.min(...days);
}

async function firstEventMs(
  clickhouse: ClickHouse,
  { metrics, filter, range }: Question,
): Promise<number | undefined> {
  const types = typesOf(metrics);
  if (types.length === 0) return undefined;
  const later = laterSql(filter);
  const of = (column: string): string =>
    `t.type IN ${quoteList(types)} AND ${filterSql(filter, column)}`;
  const isBelowCounty = (filter.place?.length ?? 0) > 6;
  const [tier, place] = isBelowCounty ? ['places', 't.place'] : ['day', 't.county'];
  const selects = [
    `SELECT t.at AS day, sum(t.total) AS total, sum(t.value_sum) AS value_sum FROM onenet.cells AS t WHERE t.tier = ${quote(tier)} AND ${of(place)} GROUP BY t.at`,
    ...(later === undefined
      ? []
      : [
          `SELECT toDateTime(toStartOfDay(t.time, 'Asia/Shanghai'), 'UTC') AS day, -sum(t.count) AS total, -sum(ifNull(t.value, 0)) AS value_sum
          FROM onenet.raw AS t WHERE ${of('t.place')} AND t.rejected = '' AND ${later} GROUP BY day`,
        ]),
  ];
  const rows = await clickhouse.rows<{ first: number; days: number }>(
    `SELECT toUnixTimestamp(min(day)) AS first, count() AS days
    FROM (SELECT day FROM (${selects.join('\nUNION ALL\n')}) GROUP BY day HAVING sum(total) != 0 OR sum(value_sum) != 0)`,
  );
  const [found] = rows;
  if (!found || found.days === 0) return undefined;
  // A clock ahead may have made the first of all.
  return Math.min(found.first * 1000, range.toMs);
}
