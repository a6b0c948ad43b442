/**
 * Federated equals merged: the net over several owners, stock Federation over one contract server
 * that holds the union of their data, and a plain oracle in memory give the same answers.
 */
import { isDeepStrictEqual } from 'node:util';
import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import type { GraphQLSchema, IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSmallNet } from './fixtures/small-net.ts';
import type { Answer, SmallNet } from './fixtures/small-net.ts';
import { makeRecords, owners } from './merged/dataset.ts';
import { Operations } from './merged/generate.ts';
import type { Operation } from './merged/generate.ts';
import { makeOracle } from './merged/oracle.ts';
import { Random } from './merged/random.ts';
import { startMerged } from './merged/server.ts';
import type { Merged } from './merged/server.ts';

const seed = Number(process.env['SEED'] ?? 20_161_101);
const records = makeRecords(new Random(seed), 30);

let net: SmallNet;
let merged: Merged;
let schema: GraphQLSchema;
let oracle: ReturnType<typeof makeOracle>;

beforeAll(async () => {
  const mongodbUri = inject('mongodbUri');
  net = await startSmallNet({ mongodbUri, codes: owners, records });
  merged = await startMerged({ mongodbUri, records, provinceUrl: net.province.url });
  const { data } = await net.ask(getIntrospectionQuery());
  schema = buildClientSchema(data as unknown as IntrospectionQuery);
  oracle = makeOracle(schema, records);
});

afterAll(async () => {
  await merged?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

/** Three answers to one operation; they are compared as JSON, so that null prototypes do not count. */
async function compare(operation: Operation, variables: Record<string, unknown>, sides: Sides): Promise<void> {
  const context = `seed ${seed}\n${operation.query}\n${JSON.stringify(variables)}`;
  const expected = plain(oracle(operation.query, { ...variables, ...sides.oracle }));
  expect(expected.errors, context).toBeUndefined();
  const federated = await net.ask(operation.query, { ...variables, ...sides.federated });
  same(federated, expected, `federated against the oracle\n${context}`);
  if (!operation.comparable) return;
  same(plain(await merged.ask(operation.query, { ...variables, ...sides.merged })), expected, `merged against the oracle\n${context}`);
}

interface Sides {
  readonly federated: Record<string, unknown>;
  readonly merged: Record<string, unknown>;
  readonly oracle: Record<string, unknown>;
}

const noCursors: Sides = { federated: {}, merged: {}, oracle: {} };

function same(actual: Answer, expected: Answer, context: string): void {
  expect(actual.errors, context).toBeUndefined();
  // Compared first without the assertion, whose diff of large answers is slow.
  if (!isDeepStrictEqual(withoutCursors(actual.data), withoutCursors(expected.data))) {
    expect(withoutCursors(actual.data), context).toEqual(withoutCursors(expected.data));
  }
}

/** Each side's cursors are its own: what is compared is whether there is one. */
function withoutCursors(data: unknown): unknown {
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) =>
      key === 'startCursor' || key === 'endCursor' ? value !== null : value,
    ),
  );
}

function plain(value: unknown): Answer {
  return JSON.parse(JSON.stringify(value)) as Answer;
}

test('400 generated operations, with aliases, fragments, variables and directives at every level', async () => {
  const operations = new Operations(schema, new Random(seed + 1), records);
  let comparable = 0;
  for (let n = 0; n < 400; n++) {
    const operation = operations.mixed();
    await compare(operation, operation.variables, noCursors);
    if (operation.comparable) comparable += 1;
  }
  expect(comparable).toBeGreaterThan(200);
});

test.each(['forward', 'backward'] as const)('70 lists walked %s to the end', async (way) => {
  const operations = new Operations(schema, new Random(seed + (way === 'forward' ? 2 : 3)), records);
  for (let n = 0; n < 70; n++) {
    const operation = operations.walk(way);
    let cursors: Sides | undefined = noCursors;
    while (cursors) {
      await compare(operation, operation.variables, cursors);
      cursors = await nextCursors(operation, cursors);
    }
  }
});

/** Each side's cursor for its next page; undefined at the end of the list. */
async function nextCursors(operation: Operation, at: Sides): Promise<Sides | undefined> {
  const variables = operation.variables;
  const next = (answer: Answer) => {
    const list = answer.data?.['walked'] as { page: Record<string, unknown> };
    const [more, cursor] = operation.walk === 'forward' ? ['hasNextPage', 'endCursor'] : ['hasPreviousPage', 'startCursor'];
    return list.page[more ?? ''] ? { cursor: list.page[cursor ?? ''] } : undefined;
  };
  const ofOracle = next(plain(oracle(operation.query, { ...variables, ...at.oracle })));
  const federated = next(await net.ask(operation.query, { ...variables, ...at.federated }));
  const ofMerged = operation.comparable ? next(plain(await merged.ask(operation.query, { ...variables, ...at.merged }))) : {};
  return ofOracle && federated && ofMerged && { oracle: ofOracle, federated, merged: ofMerged };
}
