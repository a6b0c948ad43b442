/** The real province with a registry of a given size: entries of the kind that it makes itself, put in at once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProvince, type ProvinceOptions } from '@onenet/province';
import { platforms } from '@onenet/platforms';
import { MongoClient, type Document } from 'mongodb';
import { additionsOf, codesOf } from './made-up-net.ts';

/** `provinceStartMs`: of a province that knows them all. `registrySwitchMs`: from a change at its HTTP to the new `/net`. */
export async function measureRegistry(size: number, mongodbUri: string) {
  const database = `bench_growth_${size}_${process.pid}`;
  await using stack = new AsyncDisposableStack();
  const client = stack.use(await MongoClient.connect(mongodbUri));
  stack.defer(async () => void (await client.db(database).dropDatabase()));
  const folder = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const operatorTokenFile = join(folder, 'token');
  const options: ProvinceOptions = {
    port: 0,
    host: '127.0.0.1',
    mongodbUri,
    database,
    platformHost: '127.0.0.1',
    platformBasePort: 9010,
    analyticsUrl: 'http://127.0.0.1:9',
    operatorTokenFile,
    development: true,
  };
  const first = await startProvince(options);
  const token = (await readFile(operatorTokenFile, 'utf8')).trim();
  const [model = ''] = codesOf(1);
  await call(first.url, token, '', {
    code: model,
    name: '演示',
    nameEn: 'Made up',
    kind: 'COUNTY',
    parent: null,
    serves: ['420100'],
    responsible: { office: '演示', officeEn: 'Made up', email: 'office@made-up.example' },
  });
  await first.stop();
  const entries = client.db(database).collection<Document & { _id: string }>('platforms');
  const registered = await entries.findOne({ _id: model });
  const seeded = await entries.findOne({ current: { $type: 'object' }, _id: '420100' });
  const additions = new Map(additionsOf(size).map((each) => [each.code, each]));
  const others = codesOf(size).slice(1, Math.max(1, size - platforms.length));
  if (others.length > 0)
    await entries.insertMany(
      others.map((code) => ({
        ...registered,
        _id: code,
        connection: 'CONNECTED',
        url: `http://127.0.0.1:9/${code}`,
        lastVersion: 1,
        current: { ...seeded?.['current'], number: 1, additions: additions.get(code) ?? null },
      })),
    );
  const begin = performance.now();
  const province = await startProvince(options);
  stack.defer(() => province.stop());
  const provinceStartMs = performance.now() - begin;
  const switched: number[] = [];
  for (const action of ['suspend', 'resume', 'suspend', 'resume', 'suspend']) {
    const from = performance.now();
    const known = province.directory.revision;
    await call(province.url, token, `420600/${action}`, {});
    const net = await fetch(`${province.url}/net?after=${known}&wait=10`);
    await net.text();
    switched.push(performance.now() - from);
  }
  return {
    registered: province.directory.platforms().length,
    provinceStartMs,
    registrySwitchMs: switched.toSorted((a, b) => a - b)[2] ?? Number.NaN,
    provinceNetKb: province.directory.json.length / 1024,
  };
}

async function call(url: string, token: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${url}/registry/platforms${path && `/${path}`}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
