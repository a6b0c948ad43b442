/** The directory when its surroundings are at their worst: a database that fails once, a queue of slow checks. */
import { randomUUID } from 'node:crypto';
import { platformSdl } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import { Directory } from './directory.ts';
import type { NetFrame } from './directory.ts';
import { Checker } from './registry/checker.ts';
import { Registry, program } from './registry/registry.ts';
import type { RegistryState } from './registry/registry.ts';

const frame: NetFrame = {
  platformHost: '127.0.0.1',
  platformBasePort: 4010,
  development: false,
  services: { province: 'http://127.0.0.1:1/graphql', analytics: 'http://127.0.0.1:2/graphql' },
};

/** A registry that cannot be read as often as it is told. */
class Stumbling extends Registry {
  failures = 0;

  override read(): Promise<RegistryState> {
    if (this.failures-- > 0) return Promise.reject(new Error('The database is away.'));
    return super.read();
  }
}

async function testRegistry(): Promise<AsyncDisposable & { readonly registry: Stumbling }> {
  const client = await MongoClient.connect(inject('mongodbUri'));
  const db = client.db(`directory_${randomUUID().slice(0, 8)}`);
  return {
    registry: new Stumbling(client, db),
    async [Symbol.asyncDispose]() {
      await db.dropDatabase();
      await client.close();
    },
  };
}

test('a change that cannot be read at once is read as soon as it can be', async () => {
  await using database = await testRegistry();
  const { registry } = database;
  const checker = new Checker();
  const directory = await Directory.open(registry, frame, checker);
  const errors = vi.spyOn(console, 'error').mockReturnValue();
  const { revision } = directory;
  registry.failures = 2;
  await registry.setConnection('420500', 'SUSPENDED', program);
  await directory.changedFrom(revision, AbortSignal.timeout(20_000));
  expect(directory.platform('420500')?.connection).toBe('SUSPENDED');
  expect(errors).toHaveBeenCalled();
  errors.mockRestore();
  await directory.close();
  await checker.close();
});

test('what teams publish may be slow to check: the net does not wait for it', async () => {
  await using database = await testRegistry();
  const checker = new Checker();
  const ended: string[] = [];
  // None of it may be published; to find that out takes a while.
  const types = Array.from({ length: 4_000 }, (_, i) => `type Foreign${i} { a: Int }`);
  const sdl = `${platformSdl(['core', 'organizations', 'requests'])}\n${types.join('\n')}`;
  const checks = Array.from({ length: 6 }, () => checker.check(sdl, '420600', ['420600']));
  const checked = Promise.allSettled(checks).then(() => ended.push('checks'));
  const directory = await Directory.open(database.registry, frame, checker);
  ended.push('directory');
  expect(directory.json).toContain('p420800');
  await checked;
  expect(ended).toEqual(['directory', 'checks']);
  await directory.close();
  await checker.close();
});
