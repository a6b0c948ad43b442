/** For tests: a platform on a real MongoDB, in a database of its own that is dropped afterwards. */
import { randomUUID } from 'node:crypto';
import type { ModuleName } from '@onenet/contract';
import { platformByCode, type PlatformDefinition, type ReferenceRecord } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';
import type { DepartmentUrls } from './modules/matching/departments.ts';
import { startPlatforms } from './serve.ts';
import type { ServedPlatform } from './server.ts';
import { expectFacetsToAgree } from './test-facets.ts';

export interface TestAnswer<Data> {
  /** As the test says that it is: a wrong guess fails it. */
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string } & Record<string, unknown>;
  }[];
}

export interface TestPlatform extends AsyncDisposable {
  readonly url: string;
  readonly platform: ServedPlatform;
  /** Asks it over HTTP; `actor` is like `worker:w-1`. After a mutation every record stands in its lists. */
  ask<Data = Readonly<Record<string, unknown>>>(
    query: string,
    variables?: object,
    actor?: string,
  ): Promise<TestAnswer<Data>>;
}

/** Starts one; without records it is empty. */
export async function testPlatform(
  options: {
    readonly code?: string;
    readonly modules?: readonly ModuleName[];
    readonly records?: Iterable<ReferenceRecord>;
    readonly simulatePerSecond?: number;
    /** None where a test does not ask for them: it sweeps itself, at its own time. */
    readonly sweepMs?: number;
    /** Files of keys whose signed calls are taken, beside those of this machine. */
    readonly trust?: readonly string[];
    /** Where it follows what it has granted. */
    readonly provinceUrl?: string;
    readonly departmentUrls?: DepartmentUrls;
  } = {},
): Promise<TestPlatform> {
  const reference = platformByCode(options.code ?? '420100');
  if (!reference) throw new Error(`There is no platform ${String(options.code)}.`);
  const definition: PlatformDefinition = {
    ...reference,
    modules: options.modules ?? ['core', 'organizations', 'requests', 'members', 'content'],
  };
  const started = await startPlatforms({
    mongodbUri: inject('mongodbUri'),
    codes: [definition],
    basePort: 0,
    databasePrefix: `platform_test_${randomUUID().slice(0, 8)}_`,
    scale: null,
    records: () => options.records ?? [],
    simulatePerSecond: options.simulatePerSecond ?? 0,
    sweepMs: options.sweepMs ?? 0,
    trust: options.trust ?? [],
    unsigned: 'loopback',
    ...(options.provinceUrl !== undefined && { provinceUrl: options.provinceUrl }),
    ...(options.departmentUrls && { departmentUrls: options.departmentUrls }),
  });
  const [platform] = started.platforms;
  const url = started.urls[definition.code];
  if (!platform || url === undefined) throw new Error('The platform did not start.');
  return {
    url,
    platform,
    ask: async <Data>(query: string, variables: object = {}, actor?: string) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(actor !== undefined && { 'onenet-actor': actor }),
        },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as TestAnswer<Data>;
      if (query.trimStart().startsWith('mutation')) await expectFacetsToAgree(platform.db);
      return answer;
    },
    [Symbol.asyncDispose]: async () => {
      await started.stop();
      await using client = new MongoClient(inject('mongodbUri'));
      await client.db(platform.db.databaseName).dropDatabase();
    },
  };
}
