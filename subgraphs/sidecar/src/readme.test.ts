/** The README's SQL, word for word: roles that may do no more than it grants are enough. */
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { code, freshPostgres, readAll, serverBehind } from '../test/harness.ts';
import { startSidecar } from './sidecar.ts';

test('make the schema, start as its owner, grant, insert', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [schema = '', grants = '', insert = ''] = Array.from(
    text.matchAll(/```sql\n(.*?)```/gs),
    ([, sql]) => sql ?? '',
  );
  await using outbox = await freshPostgres();
  await using behind = await serverBehind();
  await using stack = new AsyncDisposableStack();
  const connect = async (uri: string): Promise<Client> => {
    const client = new Client(uri);
    await client.connect();
    return client;
  };
  const as = (role: string): string => {
    const uri = new URL(outbox.uri);
    uri.username = role;
    return uri.href;
  };
  const admin = await connect(outbox.uri);
  stack.defer(() => admin.end());
  // A run that was killed leaves them: roles belong to the whole server.
  await admin.query('DROP ROLE IF EXISTS union_app; DROP ROLE IF EXISTS onenet_sidecar');
  stack.defer(async () => {
    await admin.query('DROP OWNED BY union_app, onenet_sidecar CASCADE');
    await admin.query('DROP ROLE union_app, onenet_sidecar');
  });
  await admin.query('CREATE ROLE union_app LOGIN');
  await admin.query(schema);

  const sidecar = await startSidecar({
    code,
    upstream: behind.url,
    outbox: as('onenet_sidecar'),
    port: 0,
  });
  stack.defer(() => sidecar.stop());
  await admin.query(grants);
  await admin.query(`
    CREATE TABLE public.service_requests (id text PRIMARY KEY, status text);
    GRANT SELECT, UPDATE ON public.service_requests TO union_app`);
  const app = await connect(as('union_app'));
  stack.defer(() => app.end());
  await app.query(insert);
  await sidecar.feed.drained();
  expect(await readAll(sidecar.url)).toMatchObject([
    { type: 'onenet.request.resolved', data: { place: '420502', value: 1140, onTime: true } },
  ]);
  expect((await app.query('SELECT * FROM onenet.event_totals')).rows).toHaveLength(1);
  await expect(app.query('SELECT * FROM onenet.outbox')).rejects.toThrow('denied');
});
