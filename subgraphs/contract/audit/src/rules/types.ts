/** What stands in the answers: every value of its type, no null where there is none, times that say their offset. */
import { parseDateTime } from '@onenet/contract';
import {
  getNamedType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { fieldOf, type OfferedList } from '../offered.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { selectionOf } from '../selection.ts';
import { cameIn, codesOf, dataOf, type AuditedServer } from '../server.ts';

export const typeRules: readonly Rule[] = [
  {
    id: 'M6',
    level: 'MUST',
    title: 'Every value is of its type, and non-null fields are never null',
    module: 'core',
    async check(server) {
      await everyValue(server, (wrong) => wrong.kind === 'type');
    },
  },
  {
    id: 'M7',
    level: 'MUST',
    title: 'Times are RFC 3339 with offset, and compared as UTC milliseconds',
    module: 'core',
    async check(server) {
      await everyValue(server, (wrong) => wrong.kind === 'time');
      for (const list of server.offered.lists) await anyOffset(server, list);
    },
  },
];

interface Wrong {
  readonly kind: 'type' | 'time';
  readonly at: string;
  readonly value: unknown;
  readonly wanted: string;
}

/** Reads whole records of every list and of the platform, and judges each value. */
async function everyValue(server: AuditedServer, judged: (wrong: Wrong) => boolean): Promise<void> {
  let values = 0;
  const judge = (sent: string, type: GraphQLOutputType, value: unknown, at: string): void => {
    for (const wrong of wrongIn(server, type, value, at)) {
      if (!judged(wrong)) continue;
      must(false, sent, () => `${wrong.at}: ${shown(wrong.value)}`, wrong.wanted);
    }
  };
  for (const list of server.offered.lists) {
    const selection = selectionOf(server.offered, list.node.name, { depth: 4 });
    const exchange = await server.ask(
      `{ ${list.name}(first: ${rows}) { edges { node { ${selection} } } } }`,
    );
    const connection = dataOf(exchange)[list.name] as { edges: { node: unknown }[] };
    for (const [index, { node }] of connection.edges.entries()) {
      values += 1;
      judge(exchange.sent, list.node, node, `${list.name}.edges[${index}].node`);
    }
  }
  const selection = selectionOf(server.offered, 'Platform', { depth: 2 });
  const exchange = await server.ask(
    `{ _entities(representations: [{ __typename: "Platform", code: "${server.code}" }]) { ... on Platform { ${selection} } } }`,
  );
  const [entity] = dataOf(exchange)['_entities'] as unknown[];
  const type = server.offered.contract.getType('Platform');
  if (isObjectType(type)) judge(exchange.sent, type, entity, '_entities[0]');
  if (values === 0) throw new NotChecked('every list is empty: load records first');
}

/** Rows of a list of which every value is judged. */
const rows = 50;

function* wrongIn(
  server: AuditedServer,
  type: GraphQLOutputType,
  value: unknown,
  at: string,
): Generator<Wrong> {
  if (isNonNullType(type)) {
    if (value == null) yield { kind: 'type', at, value, wanted: `${String(type)}: never null.` };
    else yield* wrongIn(server, type.ofType, value, at);
  } else if (value === null) {
    return;
  } else if (isListType(type)) {
    if (!Array.isArray(value))
      yield { kind: 'type', at, value, wanted: `${String(type)}: a list.` };
    else
      for (const [index, item] of value.entries())
        yield* wrongIn(server, type.ofType, item, `${at}[${index}]`);
  } else if (isLeafType(type)) {
    const wanted = wantedOf(server, type.name);
    if (!wanted.holds(value)) {
      const kind = type.name === 'DateTime' ? 'time' : 'type';
      yield { kind, at, value, wanted: `${String(type)}: ${wanted.words}.` };
    }
  } else if (isObjectType(type) || isInterfaceType(type)) {
    yield* wrongInObject(server, type.name, value, at);
  }
}

function* wrongInObject(
  server: AuditedServer,
  declared: string,
  value: unknown,
  at: string,
): Generator<Wrong> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield { kind: 'type', at, value, wanted: `An object of ${declared}.` };
    return;
  }
  const { __typename: named = declared } = value as { readonly __typename?: string };
  for (const [key, member] of Object.entries(value)) {
    if (key === '__typename') continue;
    const field = fieldOf(server.offered.contract, named, key);
    if (field) yield* wrongIn(server, field.type, member, `${at}.${key}`);
    else
      yield { kind: 'type', at: `${at}.${key}`, value: member, wanted: 'Only what was asked for.' };
  }
}

interface Leaf {
  readonly words: string;
  holds(value: unknown): boolean;
}

function wantedOf(server: AuditedServer, name: string): Leaf {
  const known = leaves[name];
  if (known) return known;
  const type = server.offered.contract.getType(name);
  const values = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
  return {
    words: `one of ${values.join(', ')}`,
    holds: (value) => typeof value === 'string' && values.includes(value),
  };
}

const text: Leaf = { words: 'a string', holds: (value) => typeof value === 'string' };
const leaves: Readonly<Record<string, Leaf>> = {
  ID: text,
  String: text,
  Boolean: { words: 'true or false', holds: (value) => typeof value === 'boolean' },
  Int: {
    words: 'a whole number of 32 bits',
    holds: (value) => typeof value === 'number' && (value | 0) === value,
  },
  Float: { words: 'a number', holds: (value) => typeof value === 'number' },
  DateTime: { words: 'RFC 3339 with offset, e.g. 2016-08-31T09:00:00+08:00', holds: isDateTime },
};

function isDateTime(value: unknown): boolean {
  try {
    parseDateTime(value);
    return true;
  } catch {
    return false;
  }
}

/** The same moment in another zone gives the same rows; one without offset is refused. */
async function anyOffset(server: AuditedServer, list: OfferedList): Promise<void> {
  const bound = list.filterFields.find(({ type }) => getNamedType(type).name === 'DateTime');
  if (!bound || !list.filter) return;
  const ask = (value: string) =>
    server.ask(
      `query($filter: ${list.filter?.name ?? ''}) { ${list.name}(first: 100, filter: $filter) { edges { node { id } } } }`,
      { variables: { filter: { [bound.name]: value } } },
    );
  const utc = await ask('2016-08-31T00:05:00Z');
  const china = await ask('2016-08-31T08:05:00.000+08:00');
  must(
    JSON.stringify(dataOf(china)) === JSON.stringify(dataOf(utc)),
    china.sent,
    () => cameIn(china),
    'The rows of the same moment written as 2016-08-31T00:05:00Z.',
  );
  const local = await ask('2016-08-31T00:05:00');
  must(
    codesOf(local).includes('BAD_INPUT'),
    local.sent,
    () => cameIn(local),
    'BAD_INPUT: a time without offset is nobody knows when.',
  );
}
