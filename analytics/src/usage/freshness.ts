/** Notes every minute how far each owner's feed is: what is fresh now says nothing of yesterday. */
import { setTimeout as delay } from 'node:timers/promises';
import { quote } from '../clickhouse.ts';
import type { ClickHouse } from '../clickhouse.ts';
import type { FeedStatus } from '../ingest/status.ts';
import type { Sources } from '../series.ts';

const minuteMs = 60_000;

/** Notes until the signal aborts; a minute that cannot be written is one of which nothing is known. */
export async function noteFreshness(
  { clickhouse, ingest }: Sources,
  log: (message: string, detail?: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const untilNextMs = minuteMs - (Date.now() % minuteMs);
    await delay(untilNextMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // Of several processes the one that reads a feed knows best how it stands.
    const own = ingest.statuses().filter(({ platform }) => ingest.works(platform));
    await writeFreshness(clickhouse, own, Date.now()).catch((error: unknown) =>
      log('how fresh the feeds are could not be noted', error),
    );
  }
}

/** The minute's row of each owner that is connected. */
export async function writeFreshness(
  clickhouse: ClickHouse,
  statuses: readonly FeedStatus[],
  nowMs: number,
): Promise<void> {
  const minute = Math.floor(nowMs / minuteMs) * 60;
  const rows = statuses
    .filter(({ state }) => state !== 'NOT_CONNECTED')
    .map(({ platform, state, lagSeconds }) => {
      const lag = lagSeconds === null ? 'NULL' : lagSeconds.toFixed(3);
      return `(${quote(platform)}, ${minute}, ${quote(state)}, ${lag})`;
    });
  if (rows.length === 0) return;
  await clickhouse.run(
    `INSERT INTO onenet.freshness SETTINGS async_insert = 0, insert_deduplicate = 0
    VALUES ${rows.join(', ')}`,
  );
}
