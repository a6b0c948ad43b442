/**
 * Closes months: what a month came to is written down once, and never changes. Two days after its end, when every
 * connected feed has come that far; after nine also without those that have not, which then are not in it at all.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { filterSql } from '../cells.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { quote, sqlTime, timeLiteral } from '../clickhouse.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { epochsIn } from '../scope.ts';
import type { Sources } from '../series.ts';
import {
  monthAt,
  monthStart,
  monthsBetween,
  nextMonth,
  openAfterEndMs,
  settleMs,
  waitedForMs,
} from '../months.ts';

/** A month that is closed. */
export interface ClosedMonth {
  readonly month: string;
  /** RFC 3339 */
  readonly closedAt: string;
  /** Platforms whose events are in, by code. */
  readonly platforms: readonly string[];
}

const lookEveryMs = 60_000;

/** Looks once a minute for a month that may be closed, until the signal aborts. */
export async function closeMonths(
  sources: Sources,
  signal: AbortSignal,
  log: (message: string, detail?: unknown) => void,
): Promise<void> {
  const startedMs = Date.now();
  while (!signal.aborted) {
    try {
      const nowMs = Date.now();
      await closeDue(sources, { nowMs, mayLack: nowMs - startedMs > settleMs, signal });
    } catch (error) {
      if (!signal.aborted) log('a month is closed later', error);
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Closing {
  readonly nowMs: number;
  /** Whether platforms that were waited for long enough may be left out. */
  readonly mayLack: boolean;
  readonly signal?: AbortSignal;
}

/** Closes what may be closed now, the first month first. */
export async function closeDue(
  sources: Sources,
  { nowMs, mayLack, signal }: Closing,
): Promise<void> {
  const { clickhouse, ingest } = sources;
  const first = await firstOpenMonth(clickhouse, ingest);
  if (first === undefined) return;
  for (const month of monthsBetween(first, monthAt(nowMs))) {
    const endMs = monthStart(nextMonth(month));
    // A feed's word comes by its own clock, which may be ahead: a month is over by ours.
    if (nowMs < endMs + openAfterEndMs) return;
    const { whole, lacking } = heardTo(ingest, endMs + openAfterEndMs);
    const isWaitedFor = mayLack && nowMs >= endMs + waitedForMs;
    if (signal?.aborted || whole.length === 0 || (lacking > 0 && !isWaitedFor)) return;
    if (!(await closeMonth(sources, month, whole))) return;
  }
}

/** The month that is to be closed next; undefined while there is nothing at all. */
export async function firstOpenMonth(
  clickhouse: ClickHouse,
  ingest: Ingest,
): Promise<string | undefined> {
  const last = (await closedMonths(clickhouse)).at(-1)?.month;
  return last === undefined ? await firstMonth(clickhouse, ingest) : nextMonth(last);
}

/** Closed months, the first one first. */
export async function closedMonths(clickhouse: ClickHouse): Promise<readonly ClosedMonth[]> {
  return (await closings(clickhouse)).filter(({ closedAt }) => closedAt !== begun);
}

/** What stands in place of the time until everything of a month is written. */
const begun = new Date(0).toISOString();

/** The closed months, and one that was begun where a process ended in between. */
async function closings(clickhouse: ClickHouse): Promise<readonly ClosedMonth[]> {
  const rows = await clickhouse.rows<{ month: string; closedMs: number; platforms: string[] }>(
    `SELECT toString(month) AS month, toUnixTimestamp64Milli(closed) AS closedMs, platforms
    FROM onenet.closings FINAL ORDER BY month`,
  );
  return rows.map(({ month, closedMs, platforms }) => ({
    month: month.slice(0, 7),
    closedAt: new Date(closedMs).toISOString(),
    platforms,
  }));
}

async function writeClosing(
  clickhouse: ClickHouse,
  { month, closedAt, platforms }: ClosedMonth,
): Promise<void> {
  await clickhouse.run(
    `INSERT INTO onenet.closings SETTINGS async_insert = 0
    VALUES ('${month}-01', '${sqlTime(Date.parse(closedAt))}', [${platforms.map(quote).join(', ')}])`,
  );
}

/** The connected platforms of which everything is in up to a moment, and how many others there are. */
function heardTo(
  ingest: Ingest,
  ms: number,
): { readonly whole: readonly string[]; readonly lacking: number } {
  const connected = new Set(
    ingest
      .netOwners()
      .filter(({ connection }) => connection === 'CONNECTED')
      .map(({ code }) => code),
  );
  const whole = ingest
    .statuses()
    .filter(
      ({ platform, completeTo }) =>
        connected.has(platform) && completeTo !== null && Date.parse(completeTo) >= ms,
    )
    .map(({ platform }) => platform);
  return { whole, lacking: connected.size - whole.length };
}

async function firstMonth(clickhouse: ClickHouse, ingest: Ingest): Promise<string | undefined> {
  const [first] = await clickhouse.rows<{ n: number; ms: number }>(
    `SELECT count() AS n, toUnixTimestamp64Milli(min(t.time)) AS ms FROM onenet.raw AS t
    WHERE t.rejected = '' AND t.type != 'onenet.opening' AND ${counted(epochsIn(ingest, {}))}`,
  );
  return first && first.n > 0 ? monthAt(first.ms) : undefined;
}

/** One row of `onenet.statistics` without its month. */
interface MonthRow {
  readonly type: string;
  readonly place: string;
  readonly total: number;
  readonly value_sum: number;
  readonly value_count: number;
  readonly on_time_count: number;
  readonly timed_count: number;
  readonly first_month: number;
}

/** Whether it is closed now; not, where a platform's log was taken up anew in between. */
async function closeMonth(
  { clickhouse, ingest }: Sources,
  month: string,
  whole: readonly string[],
): Promise<boolean> {
  // A process ended in between: what it wrote is of the platforms that it had, whoever is in by now.
  const before = (await closings(clickhouse)).find((each) => each.month === month);
  if (before && (await isWritten(clickhouse, month))) {
    await writeClosing(clickhouse, { ...before, closedAt: new Date().toISOString() });
    return true;
  }
  const platforms = whole.toSorted();
  const epochs = epochsIn(ingest, { platforms });
  const rows = await clickhouse.rows<MonthRow>(
    `SELECT t.type AS type, t.place AS place, sum(t.count) AS total, sum(ifNull(t.value, 0)) AS value_sum,
      sumIf(t.count, isNotNull(t.value)) AS value_count, sumIf(t.count, t.on_time = true) AS on_time_count,
      sumIf(t.count, isNotNull(t.on_time)) AS timed_count, sum(t.first_month) AS first_month
    FROM onenet.raw AS t
    WHERE t.rejected = '' AND t.type != 'onenet.opening' AND ${counted(epochs)}
      AND t.time >= ${timeLiteral(monthStart(month))} AND t.time < ${timeLiteral(monthStart(nextMonth(month)))}
    GROUP BY type, place`,
  );
  const after = epochsIn(ingest, { platforms });
  const isSame =
    after.size === epochs.size && [...epochs].every(([code, n]) => after.get(code) === n);
  if (!isSame) return false;
  if (rows.length > 0) {
    await writeClosing(clickhouse, { month, closedAt: begun, platforms });
    const lines = rows.map((row) => JSON.stringify({ month: `${month}-01`, ...row }));
    await clickhouse.run(
      `INSERT INTO onenet.statistics SETTINGS insert_deduplication_token = 'month-${month}', async_insert = 0
      FORMAT JSONEachRow\n${lines.join('\n')}`,
    );
  }
  await writeClosing(clickhouse, { month, closedAt: new Date().toISOString(), platforms });
  return true;
}

async function isWritten(clickhouse: ClickHouse, month: string): Promise<boolean> {
  const [found] = await clickhouse.rows<{ n: number }>(
    `SELECT count() AS n FROM onenet.statistics WHERE month = toDate('${month}-01')`,
  );
  return found !== undefined && found.n > 0;
}

/** These epochs, without what the simulation made. */
function counted(epochs: ReadonlyMap<string, number>): string {
  const filter = { place: undefined, categories: undefined, channels: undefined, simulated: false };
  return filterSql({ ...filter, epochs }, 't.place');
}
