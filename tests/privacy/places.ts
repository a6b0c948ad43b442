/** Where what is personal could have gone: everything that the net keeps or shows, as text. */
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { openClickHouse } from '@onenet/analytics';
import { contractSchema, gatherOf, isNetField } from '@onenet/contract';
import {
  getNamedType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import type { Browser } from 'playwright-core';
import { loaded, seen } from '../dashboard/reading.ts';
import { ask } from '../fixtures/small-net.ts';

/** One place, and all that is in it. */
export interface Place {
  readonly what: string;
  readonly text: string;
}

/** All lines of a feed, as the net reads them. */
export async function feed(platformUrl: string): Promise<Place> {
  let [text, position] = ['', 'after=0'];
  for (;;) {
    const answer = await fetch(`${platformUrl}/events?${position}&limit=10000`);
    const page = await answer.text();
    if (page === '') return { what: `the feed of ${platformUrl}`, text };
    text += page;
    const last = JSON.parse(page.trimEnd().split('\n').at(-1) ?? '') as { sequence: string };
    const head = answer.headers.get('onenet-chain') ?? '';
    position = `after=${last.sequence}&head=${encodeURIComponent(head)}`;
  }
}

/** What the net's side of a platform keeps, in whichever database: never its records. */
const netTables = [
  'access_record',
  'feed_claims',
  'feed_lease',
  'feed_log',
  'feed_quarantine',
  'feed_totals',
  'outbox',
];

/** Databases of the net whole; of platforms, what the net's side of them keeps. */
export async function mongo(uri: string): Promise<Place[]> {
  await using client = await MongoClient.connect(uri);
  const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
  const places: Place[] = [];
  for (const { name } of databases) {
    if (['admin', 'config', 'local'].includes(name)) continue;
    for (const collection of await client.db(name).collections()) {
      const { collectionName } = collection;
      if (name.includes('platform_') && !netTables.includes(collectionName)) continue;
      const rows: string[] = [];
      for await (const row of collection.find()) rows.push(JSON.stringify(row));
      places.push({ what: `${name}.${collectionName}`, text: rows.join('\n') });
    }
  }
  return places;
}

/** The tables of the sidecar beside a platform on PostgreSQL. */
export async function postgres(uri: string): Promise<Place[]> {
  const client = new Client({ connectionString: uri });
  await client.connect();
  try {
    const places: Place[] = [];
    for (const name of netTables) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM onenet."${name}" AS t`,
      );
      places.push({ what: `onenet.${name}`, text: rows.map(({ row }) => row).join('\n') });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Every table of the embedded ClickHouse, whose process must have ended. */
export async function clickhouse(dataDir: string): Promise<Place[]> {
  const engine = openClickHouse({ dataDir });
  try {
    const tables = await engine.rows<{ database: string; name: string }>(
      `SELECT database, name FROM system.tables
       WHERE lower(database) NOT IN ('system', 'information_schema') AND engine NOT LIKE '%View'`,
    );
    const places: Place[] = [];
    for (const { database, name } of tables) {
      const rows = await engine.rows(`SELECT * FROM ${database}.${name}`);
      places.push({ what: `ClickHouse ${database}.${name}`, text: JSON.stringify(rows) });
    }
    return places;
  } finally {
    await engine.close();
  }
}

/** Every file of a folder: logs, what the gateway keeps on the disk. */
export async function files(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return { what: relative(folder, path), text: await readFile(path, 'latin1') };
      }),
  );
}

/** Pages that are open at once: most of a page's time is waited for, but all of them would keep each other from it. */
const pagesAtOnce = 3;

/** What pages of the dashboard are answered. */
export async function dashboard(
  browser: Browser,
  gatewayUrl: string,
  paths: readonly string[],
): Promise<Place[]> {
  const places: Place[] = [];
  for (let n = 0; n < paths.length; n += pagesAtOnce) {
    const some = paths.slice(n, n + pagesAtOnce);
    places.push(...(await Promise.all(some.map((path) => pageOf(browser, gatewayUrl, path)))));
  }
  return places;
}

async function pageOf(browser: Browser, gatewayUrl: string, path: string): Promise<Place> {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  const answers: Promise<string>[] = [];
  page.on('response', (response) => {
    // The live stream does not end.
    if (response.url().includes('/graphql')) answers.push(response.text().catch(() => ''));
  });
  await page.goto(`${gatewayUrl}${path}`, { waitUntil: 'load' });
  await loaded(page);
  await seen(page);
  await loaded(page);
  const shown = await page.locator('body').innerHTML();
  const text = [...(await Promise.all(answers)), shown].join('\n');
  await context.close();
  return { what: `dashboard ${path}`, text };
}

/** Every list of the contract through the gateway, with all that may be read without a scope. */
export async function lists(gatewayUrl: string, platforms: readonly string[]): Promise<Place[]> {
  const places: Place[] = [];
  for (const { name, node } of rootLists()) {
    const query = `query ($platforms: [ID!], $after: String) {
      list: ${name}(filter: { platforms: $platforms }, first: 100, after: $after) {
        edges { node { ${openFields(node, 2)} } } pageInfo { hasNextPage endCursor } } }`;
    let [text, after, pages] = ['', null as string | null, 0];
    do {
      const { data, errors } = await ask(`${gatewayUrl}/graphql`, query, { platforms, after });
      if (!data || errors) throw new Error(`${name}: ${JSON.stringify(errors)}`);
      const list = data['list'] as { pageInfo: { hasNextPage: boolean; endCursor: string } };
      text += JSON.stringify(list);
      pages += 1;
      after = list.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
    } while (after !== null && pages < 20);
    places.push({ what: `the list ${name}`, text });
  }
  return places;
}

function rootLists(): { name: string; node: GraphQLObjectType }[] {
  const fields = Object.values(contractSchema().getQueryType()?.getFields() ?? {});
  return fields.flatMap(({ name, type }) => {
    if (!gatherOf('Query', name)) return [];
    const connection = getNamedType(type);
    const edges = isObjectType(connection) && connection.getFields()['edges'];
    const edge = edges && getNamedType(edges.type);
    const field = isObjectType(edge) && edge.getFields()['node'];
    const node = field && getNamedType(field.type);
    return isObjectType(node) ? [{ name, node }] : [];
  });
}

/** The fields that need neither a scope nor an argument, some levels down; lists of records are read by themselves. */
function openFields(type: GraphQLObjectType, depth: number): string {
  return Object.values(type.getFields())
    .filter((field) => isOpen(type, field))
    .flatMap((field) => {
      const of = getNamedType(field.type);
      if (isLeafType(of)) return [field.name];
      if (depth === 0 || !isObjectType(of) || of.name.endsWith('Connection')) return [];
      return [`${field.name} { ${openFields(of, depth - 1)} }`];
    })
    .join(' ');
}

function isOpen(
  type: GraphQLObjectType,
  { name, args, astNode }: GraphQLField<unknown, unknown>,
): boolean {
  const needsScope = astNode?.directives?.some((each) => each.name.value === 'requiresScopes');
  const needsArgument = args.some((arg) => String(arg.type).endsWith('!'));
  return !needsScope && !needsArgument && !isNetField(type.name, name);
}
