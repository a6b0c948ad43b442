/** An owner follows its grants at the province, and decides by the last good list when it cannot. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { restoredLeap, type NetGrant } from '@onenet/contract';
import { Client, Pool } from 'pg';
import { expect, inject, test, vi } from 'vitest';
import { testDatabase } from './fixture.ts';
import { mongoGuardStore } from './mongo-guard-store.ts';
import { followGrants, readList, type FollowOptions } from './owner-grants.ts';
import { postgresGuardStore } from './postgres-guard-store.ts';
import type { GrantList, GuardStore } from './store.ts';

const grant: NetGrant = {
  id: '1',
  client: 'pensions',
  platform: '420500',
  scopes: ['members:read'],
  purpose: 'pension-review',
  until: null,
};

/** Waits for what holds by and by; the limit is far above what a busy machine needs. */
const comes = (holds: () => void | Promise<void>) => vi.waitFor(holds, 20_000);

/** Answers at once when the revision asked for is another, else when it changes. */
class FakeProvince implements AsyncDisposable {
  list = { revision: 1, grants: [grant] as readonly NetGrant[], dormant: [] as readonly string[] };
  isDown = false;
  readonly authorizations: (string | undefined)[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #waiting: (() => void)[] = [];

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  publish(
    grants: readonly NetGrant[],
    revision = this.list.revision + 1,
    dormant: readonly string[] = [],
  ): void {
    this.list = { revision, grants, dormant };
    for (const wake of this.#waiting) wake();
    this.#waiting = [];
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.authorizations.push(request.headers.authorization);
    if (this.isDown) {
      response.writeHead(503).end('{}');
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://province');
    if (pathname !== '/registry/platforms/420500/grants') throw new Error(`asked ${pathname}`);
    const send = () => response.end(JSON.stringify(this.list));
    const isNews = searchParams.get('after') !== String(this.list.revision);
    if (isNews) send();
    else if (searchParams.get('wait') !== '0') this.#waiting.push(send);
    else response.writeHead(204).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function follow(change: Pick<FollowOptions, 'provinceUrl' | 'store'> & Partial<FollowOptions>) {
  const onError = vi.fn<(error: unknown) => void>();
  const followed = followGrants({ code: '420500', token: 'secret', onError, ...change });
  const scopes = () => followed.scopesOf('pensions', 'pension-review', Date.now());
  return { followed, onError, scopes };
}

test('a revocation is known as soon as the province says so, and is kept', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  const store = mongoGuardStore(database.db);
  await using province = new FakeProvince();
  const provinceUrl = await province.open();
  const { followed, scopes } = follow({ provinceUrl, store });
  await followed.ready;
  expect(scopes()).toEqual(new Set(['members:read']));
  expect(followed.scopesOf('pensions', 'statistics', Date.now())).toEqual(new Set());
  province.publish([]);
  await comes(() => expect(scopes()).toEqual(new Set()));
  await comes(async () => expect((await store.loadGrants())?.revision).toBe(2));
  expect(new Set(province.authorizations)).toEqual(new Set(['Bearer secret']));
  await followed.stop();
});

test('the last good list holds when the province is down, also through a restart', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  const store = mongoGuardStore(database.db);
  await using province = new FakeProvince();
  const provinceUrl = await province.open();
  province.isDown = true;
  const unknowing = follow({ provinceUrl, store });
  await unknowing.followed.ready;
  // Nothing was ever known: nobody may be let in.
  expect(unknowing.scopes()).toBeUndefined();
  province.isDown = false;
  await comes(() => expect(unknowing.scopes()).toEqual(new Set(['members:read'])));
  // A province that starts beside its platforms is no news.
  expect(unknowing.onError).not.toHaveBeenCalled();
  await comes(async () => expect(await store.loadGrants()).toBeDefined());
  await unknowing.followed.stop();

  province.isDown = true;
  const restarted = follow({ provinceUrl, store });
  await restarted.followed.ready;
  expect(restarted.scopes()).toEqual(new Set(['members:read']));
  await restarted.followed.stop();
});

test('what was revoked while the owner was down is known before its first answer', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  const store = mongoGuardStore(database.db);
  await store.saveGrants({ revision: 1, grants: [grant], dormant: [], refused: [] });
  await using province = new FakeProvince();
  province.publish([]);
  const { followed, scopes } = follow({ provinceUrl: await province.open(), store });
  await followed.ready;
  expect(scopes()).toEqual(new Set());
  await followed.stop();
});

test.each([
  ['by ours, with a leap', restoredLeap],
  ['by other means, to a lower revision', -1],
])('a registry that is restored %s brings back nothing that was revoked since', async (_, step) => {
  await using database = await testDatabase(inject('mongodbUri'));
  const store = mongoGuardStore(database.db);
  await using province = new FakeProvince();
  const provinceUrl = await province.open();
  const { followed, scopes, onError } = follow({ provinceUrl, store });
  await followed.ready;
  const kept = { ...grant, id: '2', scopes: ['cards:read'] };
  province.publish([grant, kept]);
  await comes(() => expect(scopes()).toEqual(new Set(['members:read', 'cards:read'])));
  province.publish([kept]);
  await comes(() => expect(scopes()).toEqual(new Set(['cards:read'])));

  province.publish([grant, kept], province.list.revision + step);
  await comes(() => expect(onError).toHaveBeenCalledOnce());
  expect(String(onError.mock.calls[0]?.[0])).toContain(
    'restored from a backup, and says of 1 that',
  );
  expect(scopes()).toEqual(new Set(['cards:read']));
  // Nor later, nor after a restart; what is granted anew holds.
  province.publish([grant, kept, { ...grant, id: '3', scopes: ['aid:read'] }]);
  const now = new Set(['cards:read', 'aid:read']);
  await comes(() => expect(scopes()).toEqual(now));
  await followed.stop();
  const restarted = follow({ provinceUrl, store });
  await restarted.followed.ready;
  expect(restarted.scopes()).toEqual(now);
  await restarted.followed.stop();
});

test('a registry that is restored with its clients suspended brings nothing back when they are resumed', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  const store = mongoGuardStore(database.db);
  await using province = new FakeProvince();
  const { followed, scopes, onError } = follow({ provinceUrl: await province.open(), store });
  await followed.ready;
  const kept = { ...grant, id: '2', scopes: ['cards:read'] };
  province.publish([grant, kept]);
  await comes(() => expect(scopes()).toEqual(new Set(['members:read', 'cards:read'])));
  // One is revoked, the other's client suspended for a while.
  province.publish([], undefined, [kept.id]);
  await comes(() => expect(scopes()).toEqual(new Set()));

  const restored = province.list.revision + restoredLeap;
  province.publish([], restored, [grant.id, kept.id]);
  await comes(() => expect(onError).toHaveBeenCalledOnce());
  expect(String(onError.mock.calls[0]?.[0])).toContain('says of 1 that');
  province.publish([grant, kept]);
  await comes(() => expect(scopes()).toEqual(new Set(['cards:read'])));
  await followed.stop();
});

test('a list that could not be kept is kept later', async () => {
  let kept: GrantList | undefined;
  let failures = 2;
  const store: Pick<GuardStore, 'saveGrants' | 'loadGrants'> = {
    loadGrants: () => Promise.resolve(undefined),
    saveGrants: (list) => {
      if (failures-- > 0) return Promise.reject(new Error('The database is away.'));
      kept = list;
      return Promise.resolve();
    },
  };
  await using province = new FakeProvince();
  const { followed, scopes } = follow({ provinceUrl: await province.open(), store });
  await followed.ready;
  expect(scopes()).toEqual(new Set(['members:read']));
  // A further call of the province brings the further attempt.
  await comes(() => {
    province.publish([grant]);
    expect(kept?.grants).toEqual([grant]);
  });
  await followed.stop();
});

test('another platform’s grants are nothing to an owner, and a broken list is an error', () => {
  const other = { ...grant, platform: '420800' };
  expect(readList({ revision: 3, grants: [grant, other] }, '420500').grants).toEqual([grant]);
  expect(() => readList({ revision: 3, grants: [{}] }, '420500')).toThrow('grants[0].id');
  expect(() => readList({ grants: [] }, '420500')).toThrow('revision');
});

test('PostgreSQL keeps a list as well, in a memory that was made before it could', async () => {
  const database = `grants_${Date.now()}`;
  const admin = new Client(inject('postgresUri'));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  const uri = new URL(inject('postgresUri'));
  uri.pathname = `/${database}`;
  const pool = new Pool({ connectionString: uri.href });
  try {
    const store = postgresGuardStore(pool);
    await store.prepare();
    await pool.query('DROP TABLE onenet.owner_grants');
    await Promise.all([store.prepare(), postgresGuardStore(pool).prepare()]);
    expect(await store.loadGrants()).toBeUndefined();
    await store.saveGrants({ revision: 1, grants: [grant], dormant: [], refused: [] });
    const second = { revision: 2, grants: [{ ...grant, id: '2' }], dormant: ['3'], refused: ['1'] };
    await store.saveGrants(second);
    expect(await store.loadGrants()).toEqual(second);
    // As it was kept before there were refused ones.
    await pool.query(`DELETE FROM onenet.owner_grants WHERE name <> 'own'`);
    expect(await store.loadGrants()).toEqual({ ...second, dormant: [], refused: [] });
  } finally {
    await pool.end();
    await admin.query(`DROP DATABASE ${database}`);
    await admin.end();
  }
});
