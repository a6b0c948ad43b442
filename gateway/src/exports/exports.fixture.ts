/** Gateways over owners in memory, which share one database of the test's own: what an export runs on. */
import type { NetClient, NetGrant, NetSnapshot } from '@onenet/contract';
import { MongoClient, type Db } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { someClient } from '../callers/credentials.fixture.ts';
import { startGateway, type Gateway } from '../gateway.ts';
import { memoryRecords } from '../owners/testing/memory-data.ts';
import { compose, netOwner } from '../owners/testing/memory-net.ts';
import { startMemoryOwner, type MemoryOwner } from '../owners/testing/memory-owner.ts';
import { startToldProvince } from '../small-net.fixture.ts';

export const client: NetClient = someClient({
  id: 'taxation',
  scopes: ['requests:read', 'organizations:read', 'members:read'],
  purposes: ['review'],
  variant: 'INTERNAL',
});

export interface ExportNet extends AsyncDisposable {
  readonly gateways: readonly Gateway[];
  readonly owners: readonly MemoryOwner[];
  readonly db: Db;
  /** Lines of the gateways' log. */
  readonly lines: Readonly<Record<string, unknown>>[];
  /** Changes what the province tells, and waits until both gateways have it. */
  tell(change: Partial<NetSnapshot>): Promise<void>;
  /** As somebody who signed in, from the gateway's own pages. */
  signIn(person: string): Record<string, string>;
  /** As a client, with a token of its own. */
  as(id?: string, claims?: Readonly<Record<string, unknown>>): Promise<Record<string, string>>;
}

const places = [
  ['420100', '420102'],
  ['420500', '420502'],
  ['WISCO', '420107'],
] as const;

/** Three owners, and two gateways with what they share. */
export async function startExportNet(mongodbUri: string, rowsEach = 25): Promise<ExportNet> {
  await using stack = new AsyncDisposableStack();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const owners: MemoryOwner[] = [];
  for (const [code, place] of places) {
    const records = memoryRecords(code, [place], rowsEach);
    owners.push(stack.use(await startMemoryOwner(code, records)));
  }
  const mongo = stack.use(await MongoClient.connect(mongodbUri));
  const database = `exports_${randomUUID().slice(0, 8)}`;
  stack.defer(async () => void (await mongo.db(database).dropDatabase()));
  const province = await startToldProvince();
  stack.defer(() => province.close());
  const grants = owners.map(({ code }) => grantOf(code));
  const netOwners = owners.map((owner, i) => netOwner(owner, [places[i]?.[1] ?? '']));
  province.tell({ supergraph: compose([]), owners: netOwners, clients: [client], grants });
  let revision = 2;
  let told: Partial<NetSnapshot> = {};
  const gateways: Gateway[] = [];
  for (let i = 0; i < 2; i++) {
    const gateway = await startGateway({
      port: 0,
      provinceUrl: province.url,
      quota: { mongodbUri, database },
      exports: { mongodbUri, database, patienceMs: [10, 20, 40] },
      log,
    });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= gateway.stop());
    stack.defer(stop);
    gateways.push({ ...gateway, stop });
  }
  const kept = stack.move();
  return {
    gateways,
    owners,
    db: mongo.db(database),
    lines,
    async tell(change) {
      if (isDeepStrictEqual(told, { ...told, ...change })) return;
      told = { ...told, ...change };
      province.tell(change);
      revision++;
      for (const { url } of gateways) await untilRevision(url, revision);
    },
    async as(id = client.id, claims = {}) {
      const token = await province.issuer.token({
        client: id,
        scope: client.scopes.join(' '),
        claims,
      });
      return { authorization: `Bearer ${token}` };
    },
    signIn: (person) => ({
      cookie: `onenet-session=${province.sessions.signIn({ person })}`,
      'sec-fetch-site': 'same-origin',
    }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** An owner's grant to the client of everything that the tests ask. */
export function grantOf(platform: string, change: Partial<NetGrant> = {}): NetGrant {
  return {
    id: `g-${platform}`,
    client: client.id,
    platform,
    scopes: client.scopes,
    purpose: 'review',
    until: null,
    ...change,
  };
}

async function untilRevision(url: string, revision: number): Promise<void> {
  for (;;) {
    const ready = (await (await fetch(`${url}/health/ready`)).json()) as {
      readonly revision: number;
    };
    if (ready.revision >= revision) return;
    await sleep(5);
  }
}
