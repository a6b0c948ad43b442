/** Fifty clients ask and write without a pause while platforms are published, rolled back and withdrawn: every answer is that of one net. Long, because one net under load serves all steps. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { databaseName } from '@onenet/platform';
import { platforms } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startChild, type Child } from './bench/child.ts';
import { testKeys } from './fixtures/keys.ts';
import { freePort } from './fixtures/ports.ts';
import { startRegistryNet, type RegistryNet } from './fixtures/registry-net.ts';
import { ask, type Answer } from './fixtures/small-net.ts';
import {
  changing,
  codes,
  read,
  sorted,
  stays,
  write,
  type Expected,
  type NetState,
} from './under-load/answers.ts';
import type { Addresses } from './under-load/net-process.ts';

const { version, added, plain } = changing;
const clients = 50;
/**
 * Milliseconds between a client's answer and its next question while a platform is audited before it
 * is published; else there is none. The audit asks some hundred questions, one after another, of
 * owners that two cores share with all clients.
 */
const pauseMs = 4000;

const mongodbUri = inject('mongodbUri');
const stack = new AsyncDisposableStack();
let net: RegistryNet;
let gatewayUrl: string;
let client: MongoClient;
let prefix: string;
let isAuditing = false;
/** Of each platform two servers over one database, at two addresses. */
let addresses: Addresses = {};
const tokens: Record<string, string> = {};
const submittedBefore: Record<string, number> = {};

beforeAll(async () => {
  client = stack.use(await MongoClient.connect(mongodbUri));
  const keys = stack.use(await testKeys());
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  net = stack.use(await startRegistryNet([], { port, publicUrl, keysDir: keys.dir }));
  prefix = net.db.databaseName.slice(0, -'province'.length);
  const trust = [keys.jwksFile];
  const owners = startProcess();
  addresses = await owners.ask<Addresses>({
    platforms: { mongodbUri, databasePrefix: prefix, trust },
  });
  for (const { code } of platforms) await net.province.setConnection(code, 'REGISTERED');
  for (const code of codes) tokens[code] = await net.token(code);
  await net.province.setPlatformUrl(stays, addresses[stays]?.[0] ?? null);
  await net.province.setConnection(stays, 'CONNECTED');
  for (const code of Object.values(changing)) await publish(code, 0);
  await publish(version, 1);
  await act(version, 'rollback', 2);
  for (const code of codes) submittedBefore[code] = await submitted(code);
  gatewayUrl = await startProcess().ask<string>({
    gateway: { port: 0, provinceUrl: net.province.url, keysDir: keys.dir, logLevel: 'silent' },
  });
});
afterAll(() => stack.disposeAsync());

/** Of its own, as in the net: what one is busy with holds up no other. */
function startProcess(): Child {
  const child = stack.use(startChild(new URL('under-load/net-process.ts', import.meta.url)));
  stack.defer(() => child.ask('stop'));
  return child;
}

async function publish(code: string, address: 0 | 1): Promise<void> {
  isAuditing = true;
  const report = await net.publish(
    code,
    { url: addresses[code]?.[address], acceptBreaking: true },
    tokens[code] ?? '',
  );
  isAuditing = false;
  const failed = report.steps.filter(({ ok }) => !ok);
  expect({ ...report, failed }, code).toMatchObject({ status: 200, admitted: true, failed: [] });
}

async function act(code: string, action: 'rollback' | 'withdraw', to?: number): Promise<void> {
  const answer = await net.call('POST', `${code}/${action}`, to && { to }, tokens[code]);
  expect(answer, `${action} ${code}`).toMatchObject({ status: 200 });
}

/** What happens, and what of the net is another after it. Versions 2 and 3 are at a platform's two addresses. */
type Turn = readonly [() => Promise<void>, Partial<NetState>];
const switching: readonly Turn[] = [
  [() => act(version, 'rollback', 3), { version: '1.1' }],
  [() => act(added, 'withdraw'), { added: false }],
  [() => act(plain, 'withdraw'), { plain: false }],
  [() => act(added, 'rollback'), { added: true }],
  [() => act(version, 'rollback', 2), { version: '1.2' }],
  [() => act(plain, 'rollback'), { plain: true }],
];
const publishing: readonly Turn[] = [
  [() => act(plain, 'withdraw'), { plain: false }],
  [() => publish(plain, 1), { plain: true }],
  [() => publish(added, 1), {}],
  [() => act(added, 'rollback', 2), {}],
];
const turns = [...switching, ...publishing, ...switching, ...switching];

/** A net, from the beginning of the change that brought it to the end of the one that took it away. */
interface Reign {
  readonly state: NetState;
  readonly from: number;
  until: number;
}

test('not one answer fails or is of two nets, and each mutation is carried out once', async () => {
  const reigns: Reign[] = [
    { state: { version: '1.2', added: true, plain: true }, from: -Infinity, until: Infinity },
  ];
  const seen = new Set<string>();
  let isOver = false;

  /** Asks, and finds the one net of those in force meanwhile whose answer it is. */
  const check = async (
    name: string,
    asked: () => Promise<Answer>,
    expected: (state: NetState) => readonly Expected[],
  ): Promise<Expected> => {
    const from = performance.now();
    const { data, errors = [] } = await asked();
    const until = performance.now();
    const answer: Expected = {
      data: data ?? null,
      errors: sorted(
        errors.map(({ path, extensions }) => [path?.join('.') ?? null, extensions?.['code']]),
      ),
    };
    const possible = reigns
      .filter((reign) => reign.from <= until && reign.until >= from)
      .flatMap(({ state }) => expected(state).map((each) => ({ state, each })));
    const right = possible.find(({ each }) => isDeepStrictEqual(answer, each));
    if (!right) expect(possible.map(({ each }) => each)).toContainEqual(answer);
    seen.add(JSON.stringify([name, ...answer.errors]));
    return answer;
  };
  const done: { readonly code: string; readonly title: string }[] = [];
  const one = async (who: number): Promise<number> => {
    for (let n = 0; ; n++) {
      if (isOver) return n;
      if (isAuditing) await sleep(pauseMs * Math.random() * 2);
      const [{ name, query, expected }, title] = [
        read[n % read.length] ?? read[0],
        `写入 ${who}-${n}`,
      ];
      await check(name, () => send(query), expected);
      if (n % 3 !== 0) continue;
      const code = codes[(n / 3) % codes.length] ?? '';
      const mutation = write(code, title);
      const { data } = await check(
        `mutation ${code}`,
        () => send(mutation.query, mutation.variables),
        mutation.expected,
      );
      for (const [field, of] of [
        ['always', codes[0]],
        ['perhaps', code],
      ] as const) {
        if (data?.[field]) done.push({ code: of ?? '', title: `${title} ${field}` });
      }
    }
  };
  const change = async (): Promise<void> => {
    try {
      for (const [action, next] of turns) {
        const before = reigns.at(-1);
        const after = {
          state: { ...before?.state, ...next } as NetState,
          from: performance.now(),
          until: Infinity,
        };
        reigns.push(after);
        await action();
        await inForce(after.state);
        if (before) before.until = performance.now();
        await sleep(100);
      }
    } finally {
      isOver = true;
    }
  };
  const asking = Array.from({ length: clients }, (_, who) =>
    one(who).catch((error: unknown) => {
      isOver = true;
      throw error;
    }),
  );
  const [, ...answers] = await Promise.all([change(), ...asking]);
  expect(Math.min(...answers)).toBeGreaterThan(read.length);
  const gone = (path: string) => [path, 'NOT_CONNECTED'];
  for (const errors of [
    ['whole'],
    ['whole', gone('plain'), gone('toPlain.transferredTo')],
    ['additions'],
    ['additions', [null, 'BAD_REQUEST'], [null, 'BAD_REQUEST']],
    [`mutation ${plain}`, gone('perhaps')],
  ]) {
    expect(seen).toContain(JSON.stringify(errors));
  }
  await expectOnce(done);
});

/** Waits until the gateway answers by the net that the registry tells. */
async function inForce({ added: isThere }: NetState): Promise<void> {
  const told = `onenet_net_revision ${net.province.directory.revision}`;
  for (;;) {
    const metrics = await (await fetch(`${gatewayUrl}/metrics`)).text();
    const { errors } = await send('{ p420800CardProgrammes { id } }');
    if (metrics.includes(`${told}\n`) && (errors === undefined) === isThere) return;
    await sleep(20);
  }
}

function send(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  // What is asked here is whether answers are right: a busy machine may take its time.
  return ask(`${gatewayUrl}/graphql`, query, variables, {
    'onenet-actor': 'worker:w-1',
    'onenet-deadline': '30000',
  });
}

/** Events of submissions in a platform's log. */
function submitted(code: string): Promise<number> {
  const log = client.db(databaseName(code, prefix)).collection('feed_log');
  return log.countDocuments({ type: 'onenet.request.submitted' });
}

/** Rows and events are those that were acknowledged, each once. */
async function expectOnce(done: readonly { code: string; title: string }[]): Promise<void> {
  for (const code of codes) {
    const db = client.db(databaseName(code, prefix));
    const rows = await db.collection('service_requests').find({ title: /^写入/ }).toArray();
    const titles = rows.map(({ title }) => String(title)).toSorted();
    const acknowledged = done.flatMap((each) => (each.code === code ? [each.title] : []));
    expect(titles).toEqual(acknowledged.toSorted());
    expect(titles.length).toBeGreaterThan(0);
    const events = (submittedBefore[code] ?? NaN) + titles.length;
    await expect.poll(() => submitted(code), { timeout: 10_000 }).toBe(events);
  }
}
