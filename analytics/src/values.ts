/** Single values, for distributions, with what corrections made of them. */
import { bucketSql, filterSql, grainOfPoints, innerKey, laterSql } from './cells.ts';
import type { CellScope, Filter } from './cells.ts';
import { quote, timeLiteral } from './clickhouse.ts';
import type { Tables } from './query.ts';
import { scanOf } from './scan.ts';
import type { Parts, Wanted } from './scan.ts';

/** By which rule {@link valuesSql} takes corrections: with it, what a distribution means. */
export const valuesRule = 'as many as counts add up to';

/** More are read anew with every question: written out they would cost as much. */
const mostWrittenOut = 1_000;

/** A SELECT of `parts, type, inner_key, bucket, value`. */
export async function valuesSql(
  tables: Tables,
  wanted: readonly Wanted[],
  parts: Parts,
  { filter, group, grain }: CellScope,
): Promise<string> {
  const later = laterSql(filter);
  const upTo = later === undefined ? '' : ` AND NOT ${later}`;
  const scan = scanOf(wanted, parts, 't.time', timeLiteral);
  return `SELECT ${scan.parts} AS parts, t.type AS type, ${innerKey('t.place', group)} AS inner_key, ${bucketSql('t.time', grainOfPoints(wanted, grain))} AS bucket, t.value AS value
    FROM onenet.durations AS t
    WHERE ${scan.where}
      AND t.valued AND t.count > 0 AND ${filterSql(filter, 't.place')}${upTo}${await withoutCorrected(tables, filter, upTo)}`;
}

/** … without what corrections have put out. To find that costs more than to read a year of values: it is kept. */
async function withoutCorrected(
  { clickhouse, ingest: { kept } }: Tables,
  filter: Filter,
  upTo: string,
): Promise<string> {
  const current = filterSql(
    { ...filter, place: undefined, categories: undefined, channels: undefined, simulated: true },
    '',
  );
  const sql = correctedSql(
    `FROM onenet.durations AS t WHERE t.corrects != 0 AND ${current}${upTo}`,
  );
  const without = (lines: string): string => ` AND (t.platform, t.sequence) NOT IN (${lines})`;
  if (!kept || upTo !== '') return without(sql);
  // Another correction changes it, of whatever time, and nothing else does.
  const of = { platforms: filter.epochs.keys(), untilMs: 0 };
  const read = () =>
    clickhouse.rows<{ platform: string; line: number }>(
      `SELECT platform, out AS line FROM (${sql})`,
    );
  const lines = await kept.rows(sql, of, read);
  if (lines.length === 0) return '';
  if (lines.length > mostWrittenOut) return without(sql);
  return without(lines.map(({ platform, line }) => `(${quote(platform)}, ${line})`).join(', '));
}

/**
 * The lines whose value corrections have put out (FEED.md, rule 10): of a line and all that corrects it, to any depth,
 * as many stand as their counts add up to, first those that nothing takes back, of these the latest. One scan of the
 * corrections; which line a chain begins with is looked up for what corrects a correction alone, which is seldom.
 */
function correctedSql(corrections: string): string {
  return `SELECT platform, arrayJoin(arraySlice(
      arraySort(line -> (has(taken, line), -toInt64(line)), arrayPushFront(added, root)),
      greatest(1 + counts, 0) + 1)) AS out
    FROM (
      SELECT platform, root, sum(line.3) AS counts,
        groupArrayIf(line.1, line.3 > 0) AS added, groupArrayIf(line.2, line.3 < 0) AS taken
      FROM (
        SELECT platform, arrayJoin(lines) AS line,
          if(has(chained, line.2), arrayFirst(known -> known.1 = line.1, roots).2, line.2) AS root
        FROM (
          SELECT t.platform AS platform, groupArray((t.sequence, t.corrects, t.count)) AS lines,
            arrayIntersect(arrayMap(line -> line.1, lines), arrayMap(line -> line.2, lines)) AS chained,
            arrayFold(
              (known, line) -> arrayPushBack(known, (line.1,
                if(has(chained, line.2), arrayFirst(before -> before.1 = line.2, known).2, line.2))),
              arraySort(arrayFilter(line -> has(chained, line.1) OR has(chained, line.2), lines)),
              CAST([], 'Array(Tuple(UInt64, UInt64))')
            ) AS roots
          ${corrections} GROUP BY t.platform
        )
      )
      GROUP BY platform, root
    )`;
}
