/** For tests of several processes that share the platforms: one of them, on a server of ClickHouse and a MongoDB that all have. */
import type { Db } from 'mongodb';
import { openClickHouse } from './clickhouse.ts';
import { Ingest } from './ingest/ingest.ts';
import { Positions } from './ingest/positions.ts';
import { Workers } from './ingest/workers.ts';
import { unsignedCalls } from './owner-call.ts';

/** `url`: of the server; `leaseMs`: how long a lease holds. It ends with the test. */
export async function testWorker(
  name: string,
  url: string,
  db: Db,
  leaseMs: number,
  log: (message: string) => void = () => undefined,
) {
  const clickhouse = openClickHouse({ url });
  const positions = new Positions(db);
  const workers = new Workers(db, positions, name, log, leaseMs);
  const ingest = new Ingest({
    clickhouse,
    positions,
    log: () => undefined,
    ownerHeaders: unsignedCalls,
    ingested: () => undefined,
    feedChanged: () => undefined,
    workers,
  });
  await ingest.prepare();
  return {
    clickhouse,
    positions,
    workers,
    ingest,
    async [Symbol.asyncDispose]() {
      await ingest.stop();
      await clickhouse.close();
    },
  };
}
