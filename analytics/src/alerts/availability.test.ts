/** Alerts of use: counted from the gateways' record, whatever the owner's own feed says; and what is not in changes nothing. */
import { randomUUID } from 'node:crypto';
import { accessType } from '@onenet/feed';
import type { AccessData } from '@onenet/feed';
import { expect, inject, test, vi } from 'vitest';
import { testDatabase, testDirectory, testOwner, testSnapshot, until } from '../fixture.ts';
import { Ingest } from '../ingest/ingest.ts';
import { Positions } from '../ingest/positions.ts';
import { unsignedCalls } from '../owner-call.ts';
import { hourMs } from '../periods.ts';
import { SelfCheck } from '../self-check.ts';
import { testGateway, testReader } from '../usage/fixture.ts';
import { noDestinations } from './destinations.ts';
import { Outbox } from './outbox.ts';
import { SettingsStore } from './settings.ts';
import { Alerts } from './store.ts';
import { Teller } from './teller.ts';
import { Watch } from './watch.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000 });

/** Half an hour into an hour that has begun, so that the one before it is over. */
const nowMs = Math.floor(Date.now() / hourMs) * hourMs + hourMs / 2;
const lastHourMs = nowMs - hourMs;

test('an owner that often does not answer, from the bound and the sample on', async () => {
  await using cleanUp = new AsyncDisposableStack();
  const { db } = cleanUp.use(await testDatabase(inject('mongodbUri')));
  const directory = cleanUp.use(await testDirectory());
  const gateway = cleanUp.use(await testGateway(inject('mongodbUri')));
  const running = cleanUp.use(await testReader(gateway, directory.path));
  const { clickhouse, reader } = running.usage;
  const log = (): void => undefined;
  const ingest = new Ingest({
    clickhouse,
    positions: new Positions(db),
    log,
    ownerHeaders: unsignedCalls,
    ingested: () => undefined,
    feedChanged: () => undefined,
  });
  cleanUp.defer(() => ingest.stop());
  // Nobody listens there: their feeds are silent, and the gateway's is not.
  const codes = ['420100', '420500', '420600'];
  ingest.use(testSnapshot(codes.map((code) => testOwner(code, 'http://127.0.0.1:1'))));
  const sources = { clickhouse, ingest, usage: reader };
  const outbox = new Outbox(db);
  const alerts = new Alerts(db, outbox);
  const settings = new SettingsStore(db);
  for (const store of [outbox, alerts, settings]) await store.prepare();
  const watch = new Watch({
    sources,
    selfCheck: new SelfCheck(sources, unsignedCalls),
    alerts,
    settings,
    teller: new Teller(outbox, () => Promise.resolve(noDestinations)),
    log,
  });
  const open = async (): Promise<string[]> =>
    (await alerts.open()).map(({ rule, platform, value }) => `${rule} ${platform} ${value}`);
  const calls = async (platform: string, outcome: string, times: number): Promise<void> => {
    const of = Array.from({ length: times }, () => accessOf(platform, outcome));
    await gateway.used(
      of,
      accessType,
      of.map(() => new Date(lastHourMs)),
    );
  };

  // 95 of 100 are at the bound, 94 are below it; of 49 nothing is said.
  await calls('420100', 'OK', 95);
  await calls('420100', 'TIMEOUT', 5);
  await calls('420500', 'OK', 94);
  await calls('420500', 'TIMEOUT', 6);
  await calls('420600', 'TIMEOUT', 49);
  await running.caughtUp();
  await until(() => Date.parse(reader.progress.completeTo ?? '') >= lastHourMs + hourMs / 2);
  await watch.lookAtMetrics(nowMs);
  expect(await open()).toEqual(['LOW_AVAILABILITY 420500 0.94']);
  await calls('420600', 'TIMEOUT', 1);
  await running.caughtUp();
  await watch.lookAtMetrics(nowMs);
  expect(await open()).toEqual(['LOW_AVAILABILITY 420600 0', 'LOW_AVAILABILITY 420500 0.94']);
  // Of an hour that is not in yet nobody knows anything.
  await watch.lookAtMetrics(nowMs + 3 * hourMs);
  expect(await open()).toHaveLength(2);
});

function accessOf(platform: string, outcome: string): AccessData {
  return {
    requestId: randomUUID(),
    client: 'civil-affairs',
    person: null,
    roles: [],
    purpose: null,
    operation: null,
    document: 'a'.repeat(64),
    kind: 'query',
    coordinates: ['Query.members'],
    result: 'OK',
    codes: [],
    status: 200,
    durationMs: 1,
    owners: [{ platform, outcome, status: 200, durationMs: 1, rows: 0, grant: null, leaf: null }],
  };
}
