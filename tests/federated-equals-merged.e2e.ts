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
  const postgresUri = inject('postgresUri');
  net = await startSmallNet({
    mongodbUri,
    postgresUri,
    codes: owners,
    records,
    // So it is seen that every call of the net is signed.
    unsigned: 'refuse',
  });
  merged = await startMerged({ mongodbUri, records, provinceUrl: net.province.url });
  const { data } = await net.ask(getIntrospectionQuery());
  schema = buildClientSchema(data as unknown as IntrospectionQuery);
  oracle = makeOracle(schema, records);
});

afterAll(async () => {
  await merged?.[Symbol.asyncDispose]();
  await net?.[Symbol.asyncDispose]();
});

/** What one operation got from each side. */
interface Answers {
  readonly oracle: Answer;
  readonly federated: Answer;
  /** Undefined where the merged server cannot tell: it is one platform. */
  readonly merged: Answer | undefined;
}

type Side = keyof Answers;
type Cursors = Readonly<Record<Side, unknown>>;

/** What is asked here is whether answers are right: a busy machine may take its time. */
const patient = { 'onenet-deadline': '30000' };

/** Asks all three sides, and compares. */
async function compare(operation: Operation, cursors?: Cursors): Promise<Answers> {
  const { query } = operation;
  const variables = (side: Side) => ({
    ...operation.variables,
    ...(cursors && { cursor: cursors[side] }),
  });
  const context = `seed ${seed}\n${query}\n${JSON.stringify(operation.variables)}`;
  const answers: Answers = {
    oracle: plain(oracle(query, variables('oracle'))),
    federated: await net.ask(query, variables('federated'), patient),
    merged: operation.comparable ? plain(await merged.ask(query, variables('merged'))) : undefined,
  };
  expect(answers.oracle.errors, context).toBeUndefined();
  same(answers.federated, answers.oracle, `federated against the oracle\n${context}`);
  if (answers.merged) same(answers.merged, answers.oracle, `merged against the oracle\n${context}`);
  return answers;
}

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
    const { merged: answer } = await compare(operations.mixed());
    if (answer) comparable += 1;
  }
  expect(comparable).toBeGreaterThan(250);
});

test.each(['forward', 'backward'] as const)('60 lists walked %s to the end', async (way) => {
  const operations = new Operations(
    schema,
    new Random(seed + (way === 'forward' ? 2 : 3)),
    records,
  );
  let pages = 0;
  for (let n = 0; n < 60; n++) {
    const operation = operations.walk(way);
    let cursors: Cursors | undefined;
    do {
      const answers = await compare(operation, cursors);
      pages += 1;
      cursors = nextCursors(way, answers);
    } while (cursors);
  }
  expect(pages).toBeGreaterThan(120);
});

/** Each side's cursor for its next page; undefined at the end of the list. */
function nextCursors(way: 'forward' | 'backward', answers: Answers): Cursors | undefined {
  const page = (answer: Answer | undefined): Record<string, unknown> =>
    (answer?.data?.['walked'] as { page: Record<string, unknown> } | undefined)?.page ?? {};
  const [more, cursor] =
    way === 'forward'
      ? (['hasNextPage', 'endCursor'] as const)
      : (['hasPreviousPage', 'startCursor'] as const);
  if (!page(answers.oracle)[more]) return undefined;
  return {
    oracle: page(answers.oracle)[cursor],
    federated: page(answers.federated)[cursor],
    merged: page(answers.merged)[cursor],
  };
}
