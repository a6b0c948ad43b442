/** No event, log, table, record of access or answer has anything personal: every mutation runs with marked values, and then all is searched for the marks. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractSchema } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { Kind, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from './fixtures/browser.ts';
import { marksIn } from './fixtures/marks.ts';
import { testNet, type DisposableNet } from './fixtures/net.ts';
import { ask } from './fixtures/small-net.ts';
import { Caller } from './privacy/caller.ts';
import { Marked, allMarks, dataMarks } from './privacy/marked.ts';
import * as places from './privacy/places.ts';
import type { Place } from './privacy/places.ts';
import * as story from './privacy/story.ts';
import type { Site } from './privacy/story.ts';

/** Cards, and additions; aid and matching; Python on PostgreSQL. None has a large figure. */
const [jingmen, ezhou, yichang] = ['420800', '420700', '420500'] as const;
const codes = [jingmen, ezhou, yichang];

/** They name clients, platforms and scopes: no person comes into them. */
const ofGrants = new Set([
  'applyForGrant',
  'withdrawGrantApplication',
  'decideGrant',
  'revokeGrant',
]);

const marked = new Marked();
let net: DisposableNet;
let caller: Caller;

beforeAll(async () => {
  net = await testNet({ platforms: codes, dashboard: true });
  caller = new Caller(net.urls.gateway, net.urls.platforms);
}, 300_000);
afterAll(() => net?.[Symbol.asyncDispose]());

test('every mutation is called with what is personal marked', async () => {
  const bound = {
    call: caller.call.bind(caller),
    callProvince: caller.callProvince.bind(caller),
    read: caller.read.bind(caller),
  };
  const [inJingmen, inEzhou, inYichang] = await Promise.all([
    site(jingmen, '420802'),
    site(ezhou, '420704'),
    site(yichang, '420502'),
  ]);
  for (const each of [inJingmen, inYichang]) {
    await story.requests(bound, marked, each);
    await story.members(bound, marked, each);
  }
  await story.supervision(bound, marked, inJingmen);
  await story.corrections(bound, marked, inJingmen);
  await story.content(bound, marked, inJingmen);
  await story.cards(bound, marked, inJingmen);
  await story.aid(bound, marked, inEzhou);
  await story.matching(bound, marked, inEzhou);
  await story.transferSteps(bound, marked, inEzhou, inJingmen);
  await story.transferSteps(bound, marked, inYichang, inEzhou);
  await story.sagas(bound, marked, inJingmen, inYichang);
  await story.sagas(bound, marked, inYichang, inJingmen);

  const fields = Object.keys(contractSchema().getMutationType()?.getFields() ?? {});
  expect(
    [...fields, ...(await provinceMutations())].filter(
      (name) => !caller.called.has(name) && !ofGrants.has(name),
    ),
  ).toEqual([]);
});

test('nothing of it is found anywhere; what is planted is', async () => {
  const mongodb = net.urls.mongodb;
  const postgresUri = postgresOf(net.urls.gateway);
  await ingested();
  const browser = await startBrowser();
  try {
    const found = [
      ...(await places.lists(net.urls.gateway, codes)),
      ...(await places.dashboard(browser, net.urls.gateway, [
        '/',
        '/?period=ALL',
        ...codes.map((code) => `/platform/${code}`),
        `/place/${jingmen}`,
        '/requests',
        '/aid',
      ])),
      ...(await Promise.all(Object.values(net.urls.platforms).map(places.feed))),
      ...(await places.mongo(mongodb)),
      ...(await places.postgres(postgresUri)),
    ];
    // What is searched is there at all.
    for (const what of [
      'access_record',
      'feed_log',
      'the list members',
      'dashboard /',
      'onenet.',
    ]) {
      expect([
        what,
        found.some((place) => place.what.includes(what) && place.text.length > 100),
      ]).toEqual([what, true]);
    }
    expect(marksOf(found)).toEqual([]);
    await plant(mongodb);
    expect(marksOf(await places.mongo(mongodb)).map(({ what }) => what)).toEqual([
      `platform_${jingmen}.feed_log`,
    ]);
  } finally {
    await browser.close();
  }
  // The rest is whole only when its processes have ended.
  await net.stop();
  const rest = [
    ...(await places.clickhouse(join(net.dataDir, 'analytics', 'clickhouse'))),
    ...(await places.files(join(net.dataDir, 'gateway'))),
  ];
  const logs = await places.files(join(net.dataDir, 'logs'));
  const names = [...rest, ...logs].map((place) => place.what).join();
  for (const what of [
    'ClickHouse',
    'platforms.log',
    'gateway.log',
    'province.log',
    'yichang.log',
  ]) {
    expect(names).toContain(what);
  }
  expect(marksOf(rest)).toEqual([]);
  expect(marksOf(logs, dataMarks)).toEqual([]);
}, 300_000);

/** Where a mark is, and which. */
function marksOf(
  found: readonly Place[],
  all = allMarks,
): { what: string; marks: readonly string[]; near: string }[] {
  return found.flatMap(({ what, text }) => {
    const marks = marksIn(text, all);
    const at = text.indexOf(marks[0] ?? '');
    return marks.length === 0
      ? []
      : [{ what, marks, near: text.slice(Math.max(0, at - 200), at + 100) }];
  });
}

/** A line with a mark in a feed's log, as a platform would have written it, in bytes. */
async function plant(uri: string): Promise<void> {
  await using client = await MongoClient.connect(uri);
  const log = client.db(`platform_${jingmen}`).collection('feed_log');
  const line = Buffer.from(JSON.stringify({ data: { category: marked.name() } }));
  await log.insertOne({ _id: 99_999_999 as never, line, planted: true });
}

async function site(code: string, placeCode: string): Promise<Site> {
  const { organizations } = await caller.read<{
    organizations: { edges: [{ node: { id: string } }] };
  }>(`{ organizations(first: 1, filter: { platforms: ["${code}"] }) { edges { node { id } } } }`);
  return { code, placeCode, organizationId: organizations.edges[0].node.id };
}

/** Analytics has taken in all that was said. */
async function ingested(): Promise<void> {
  for (;;) {
    const { data } = await ask(`${net.urls.gateway}/graphql`, '{ feeds { platform state } }');
    const feeds = (data?.['feeds'] ?? []) as { platform: string; state: string }[];
    const own = feeds.filter(({ platform }) => Object.hasOwn(net.urls.platforms, platform));
    if (own.length === codes.length && own.every(({ state }) => ['OK', 'QUIET'].includes(state)))
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function provinceMutations(): Promise<string[]> {
  const file = new URL('../subgraphs/province/province.graphql', import.meta.url);
  return parse(await readFile(file, 'utf8')).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === 'Mutation'
      ? (definition.fields ?? []).map((field) => field.name.value)
      : [],
  );
}

/** Yichang's database, on the server that the net started beside its first port. */
function postgresOf(gatewayUrl: string): string {
  return `postgres://onenet@127.0.0.1:${Number(new URL(gatewayUrl).port) + 4}/onenet_${yichang}`;
}
