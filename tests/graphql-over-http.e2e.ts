/** GraphQL over HTTP: no audit of npm `graphql-http` fails, neither what must hold nor what should. */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startAuditedPlatform } from './fixtures/audited-platform.ts';
import { startPythonPlatform } from './fixtures/python-platform.ts';
import { startSmallNet } from './fixtures/small-net.ts';

/** A server: its `/graphql`, and how it ends. */
interface Served extends AsyncDisposable {
  readonly url: string;
}

/** Who is audited; one more server is one more line. */
const servers: Readonly<Record<string, () => Promise<Served>>> = {
  gateway: () =>
    startSmallNet({ mongodbUri: inject('mongodbUri'), codes: ['420100'], records: [] }),
  'reference platform': () => startAuditedPlatform(inject('mongodbUri')),
  'Python platform': () => startPythonPlatform({ postgresUri: inject('postgresUri'), records: [] }),
};

describe.each(Object.entries(servers))('the %s', (_name, start) => {
  let server: Served;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetch });
  test.each(audits)('$id $name', async ({ fn }) => {
    const result = await fn();
    // A `notice` is of what a server may do.
    const failed = result.status === 'error' || result.status === 'warn';
    expect(failed && result.reason).toBe(false);
  });
});
