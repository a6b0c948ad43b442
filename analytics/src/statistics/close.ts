/**
 * Closes months: what a month came to is written down once, by whichever process, and never changes. Two days after its end, when every
 * connected feed has come that far; after nine also without those that have not, which then are not in it at all. Long, because a closing that broke off is gone on with here too.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { NetError } from '@onenet/contract';
import { asOf } from '../as-of.ts';
import { filterSql, laterSql } from '../cells.ts';
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
import type { Decision, Decisions } from './decisions.ts';

/** A month that is closed. */
export interface ClosedMonth {
  readonly month: string;
  /** RFC 3339 */
  readonly closedAt: string;
  /** Platforms whose events are in, by code. */
  readonly platforms: readonly string[];
}

/** Where figures come from, and where it is decided of what. */
export interface ClosingSources extends Sources {
  readonly decisions: Decisions;
}

const lookEveryMs = 60_000;

/** Looks once a minute for a month that may be closed, until the signal aborts. */
export async function closeMonths(
  sources: ClosingSources,
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
  sources: ClosingSources,
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
    if (!(await closeMonth(sources, month, whole, nowMs))) return;
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

/** What a version before wrote in place of the time until everything of a month was written. */
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

/** Whether it is closed now; not, where events came in while it was counted, or what was decided is void. */
async function closeMonth(
  sources: ClosingSources,
  month: string,
  whole: readonly string[],
  nowMs: number,
): Promise<boolean> {
  const { clickhouse, decisions } = sources;
  // What a version before began is of the platforms that it had, whoever is in by now.
  const before = (await closings(clickhouse)).find((each) => each.month === month);
  const decision = (await decisions.of(month)) ?? (await decided(sources, month, whole, nowMs));
  if (!decision) return false;
  const wasWritten = await isWritten(clickhouse, month);
  if (!wasWritten) {
    const rows = await countedAt(sources, decision, nowMs);
    if (rows === undefined) {
      await decisions.withdraw(decision);
      return false;
    }
    if (rows.length > 0) {
      // The same lines under the same token, from whichever process: they count once.
      const lines = rows.map((row) => JSON.stringify({ month: `${month}-01`, ...row }));
      await clickhouse.run(
        `INSERT INTO onenet.statistics SETTINGS insert_deduplication_token = 'month-${month}', async_insert = 0
        FORMAT JSONEachRow\n${lines.join('\n')}`,
      );
    }
  }
  const wasBegun = wasWritten && before?.closedAt === begun;
  const { platforms } = wasBegun ? before : decision;
  const { closedAt } = decision;
  await writeClosing(clickhouse, { month, closedAt, platforms });
  return true;
}

/** What the month is closed of; undefined while nobody could have that again. */
async function decided(
  sources: ClosingSources,
  month: string,
  whole: readonly string[],
  nowMs: number,
): Promise<Decision | undefined> {
  const platforms = whole.toSorted();
  const asked = { definitions: new Map<string, string>(), platforms };
  const state = await asOf(sources, asked, nowMs, async (moment) => moment.state());
  if (state === null) return undefined;
  const closedAt = new Date().toISOString();
  return await sources.decisions.decide({ _id: month, platforms, state, closedAt });
}

/** Undefined where the state is void, since a log was taken up anew. */
async function countedAt(
  sources: ClosingSources,
  { _id: month, platforms, state }: Decision,
  nowMs: number,
): Promise<MonthRow[] | undefined> {
  const asked = { state, definitions: new Map<string, string>(), platforms };
  try {
    return await asOf(sources, asked, nowMs, async ({ feeds, later }) => {
      const filter = { ...everywhere, epochs: epochsIn(feeds, { platforms }), later };
      const since = laterSql(filter);
      return await sources.clickhouse.rows<MonthRow>(
        `SELECT t.type AS type, t.place AS place, sum(t.count) AS total, sum(ifNull(t.value, 0)) AS value_sum,
          sumIf(t.count, isNotNull(t.value)) AS value_count, sumIf(t.count, t.on_time = true) AS on_time_count,
          sumIf(t.count, isNotNull(t.on_time)) AS timed_count, sum(t.first_month) AS first_month
        FROM onenet.raw AS t
        WHERE t.rejected = '' AND t.type != 'onenet.opening' AND ${filterSql(filter, 't.place')}
          AND t.time >= ${timeLiteral(monthStart(month))} AND t.time < ${timeLiteral(monthStart(nextMonth(month)))}
          ${since === undefined ? '' : `AND NOT ${since}`}
        GROUP BY type, place ORDER BY type, place`,
      );
    });
  } catch (error) {
    if (error instanceof NetError && error.code === 'BAD_INPUT') return undefined;
    throw error;
  }
}

async function isWritten(clickhouse: ClickHouse, month: string): Promise<boolean> {
  const [found] = await clickhouse.rows<{ n: number }>(
    `SELECT count() AS n FROM onenet.statistics WHERE month = toDate('${month}-01')`,
  );
  return found !== undefined && found.n > 0;
}

/** All places and kinds, without what the simulation made. */
const everywhere = {
  place: undefined,
  categories: undefined,
  channels: undefined,
  simulated: false,
};

function counted(epochs: ReadonlyMap<string, number>): string {
  return filterSql({ ...everywhere, epochs }, 't.place');
}
