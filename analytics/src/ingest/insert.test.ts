/** The largest insert there is, replayed: what it may have of everything, in one block of each partition. */
import { expect, test, vi } from 'vitest';
import { openClickHouse, sqlTime } from '../clickhouse.ts';
import { testDirectory } from '../fixture.ts';
import { migrate } from '../migrate.ts';
import { shanghaiMs } from '../periods.ts';
import { maxRows } from './batch.ts';
import type { Batch } from './batch.ts';
import { insertOf } from './insert.ts';
import { rawColumns } from './row.ts';

vi.setConfig({ testTimeout: 120_000 });

const nowMs = Date.now();
const time = sqlTime(nowMs);
/** In Asia/Shanghai, of eight digits. */
const day = sqlTime(nowMs + shanghaiMs)
  .slice(0, 10)
  .replaceAll('-', '');
const common = { platform: '420100', epoch: 1, time, recorded: time, count: 1, value: 5 };
const rest = { type: 'onenet.request.resolved', opening_as_of: sqlTime(0), simulated: false };
const numbers = ['first_day', 'first_week', 'first_month', 'first_quarter', 'first_year'];
const zeros = Object.fromEntries(
  [...numbers, 'corrects', 'opening_value'].map((name) => [name, 0]),
);

/** Each of a place and a category of its own: none adds to another. */
function row(i: number): string {
  const place = `4201${String(i).padStart(5, '0')}`;
  const values = {
    ...zeros,
    ...common,
    ...rest,
    sequence: i + 1,
    place,
    category: `C${i}`,
    on_time: null,
  };
  const byName: Readonly<Record<string, unknown>> = values;
  return JSON.stringify(rawColumns.map((column) => (column in byName ? byName[column] : '')));
}

test('the largest insert is one block of each partition, and counts once when it is replayed after a restart', async () => {
  await using directory = await testDirectory();
  const batch: Batch = {
    platform: '420100',
    epoch: 1,
    fence: 1,
    from: 1,
    to: maxRows,
    head: 'a'.repeat(64),
    recordedTime: undefined,
    rows: Buffer.from(Array.from({ length: maxRows }, (_, i) => row(i)).join('\n')),
    count: maxRows,
    news: { newest: [], earliestMs: nowMs },
    rejected: 0,
    bytes: 0,
    months: new Set([0]),
    days: new Set([0]),
  };
  const { statement } = insertOf([batch]);
  const before = openClickHouse({ dataDir: directory.path });
  try {
    await migrate(before);
    await before.run('SYSTEM STOP MERGES');
    await before.run(statement);
    const parts = await before.rows(
      `SELECT table, partition, count() AS parts, toInt64(max(max_block_number - min_block_number)) AS merged FROM system.parts
      WHERE database = 'onenet' AND active AND table IN ('raw', 'cells', 'durations') GROUP BY table, partition ORDER BY table, partition`,
    );
    const one = (table: string, partition: string) => ({ table, partition, parts: 1, merged: 0 });
    expect(parts).toEqual([
      one('cells', day.slice(0, 4)),
      one('cells', day),
      one('durations', day.slice(0, 4)),
      one('raw', day.slice(0, 6)),
    ]);
  } finally {
    await before.close();
  }
  const after = openClickHouse({ dataDir: directory.path });
  try {
    await after.run(statement);
    const tiers = await after.rows(
      `SELECT tier, count() AS n, sum(t.events) AS events FROM onenet.cells AS t GROUP BY tier ORDER BY tier`,
    );
    const tier = (name: string) => ({ tier: name, n: maxRows, events: maxRows });
    expect(tiers).toEqual(['minute', 'hour', 'day', 'month', 'places'].map(tier));
  } finally {
    await after.close();
  }
});
