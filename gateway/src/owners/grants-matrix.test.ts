/** Every field of the contract × everybody who may ask: given or refused as it was decided, by every way to the field, and never sent where it is refused. Long, because queries and mutations are compared in one way. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  contractModules,
  contractSchema,
  contractVersion,
  isNetField,
  localCaller,
  platformSdl,
  type Caller,
} from '@onenet/contract';
import {
  TypeInfo,
  isInputObjectType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  visit,
  visitWithTypeInfo,
  type GraphQLInputType,
  type GraphQLInterfaceType,
} from 'graphql';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { isJsonObject } from './conform.ts';
import { startAnyNet, type Asking } from './testing/any-net.ts';
import { decisionOn, decisions, type Need } from './testing/share-decisions.ts';
import { client, consumer, grantOf, person } from './testing/third-party.ts';
import { coordinatesIn, textOf, wholeField, type AskedField } from './testing/whole-selection.ts';

const code = '420100';
const net = await startAnyNet(code);
const { owner } = net;

beforeEach(() => {
  owner.seen.length = 0;
});
afterAll(() => net[Symbol.asyncDispose]());

const allScopes = [
  ...new Set(
    Object.values(decisions).flatMap((groups) =>
      Object.keys(groups).map((key) => key.split(' ')[1] ?? ''),
    ),
  ),
].filter((scope) => scope !== 'core:read');
const readScopes = allScopes.filter((scope) => scope.endsWith(':read'));
const withoutMembers = allScopes.filter((scope) => scope !== 'members:read');

/** Who asks; and what of the decisions lets it have a field. */
interface Kind extends Asking {
  readonly name: string;
  readonly may: (need: Need) => boolean;
}

const everything = ({ scope }: Need): boolean => !scope.endsWith(':personal');
const published = ({ attribute }: Need): boolean => attribute === 'UNCONDITIONAL';

function someClient(
  name: string,
  token: readonly string[],
  granted: readonly string[],
  change: Parameters<typeof grantOf>[2] = {},
  asks: Partial<Caller> = {},
): Kind {
  const isGranted = Object.keys(change).length === 0 && Object.keys(asks).length === 0;
  return {
    name,
    client: { ...client, scopes: token },
    caller: consumer({ scopes: token, ...asks }),
    grants: [grantOf(code, granted, change)],
    may: ({ attribute, scope }) =>
      (scope === 'core:read' || token.includes(scope)) &&
      (attribute === 'UNCONDITIONAL' ||
        (attribute === 'CONDITIONAL' && isGranted && granted.includes(scope))),
  };
}

const somebody = (name: string, caller: Caller, may: Kind['may']): Kind => ({
  name,
  caller,
  grants: [],
  may,
});
const reader = (role: string, platform: string | null = null): Caller => ({
  ...person(role, platform),
  scopes: readScopes,
});

const kinds: readonly Kind[] = [
  somebody('this machine', localCaller, everything),
  somebody('a leader', reader('leader'), everything),
  somebody('the platform’s team', reader('team', code), everything),
  somebody('another platform’s team', reader('team', '420500'), published),
  somebody('an administrator', person('administrator'), published),
  somebody('an auditor', person('auditor'), published),
  someClient('a client without scopes and grants', [], []),
  someClient('a client with grants, and no scope', [], allScopes),
  someClient('a client with scopes, and no grant', allScopes, []),
  someClient('a client with scopes and grants', allScopes, allScopes),
  someClient('a client with scopes, and grants to read', allScopes, readScopes),
  someClient('a client with scopes to read, and grants', readScopes, allScopes),
  someClient('a client that lacks one scope', withoutMembers, allScopes),
  someClient('a client that lacks one grant', allScopes, withoutMembers),
  someClient(
    'a client that asks for another purpose',
    allScopes,
    allScopes,
    {},
    { purpose: 'audit' },
  ),
  someClient('a client that names no purpose', allScopes, allScopes, {}, { purpose: null }),
  someClient('a client whose grants are over', allScopes, allScopes, {
    until: '2020-01-01T00:00:00Z',
  }),
  someClient('a client whose grants are another platform’s', allScopes, allScopes, {
    platform: '420500',
  }),
  someClient('a client whose grants are another client’s', allScopes, allScopes, {
    client: 'hb-tax',
  }),
];

/** Every root field of the contract, with all that can be asked below it; and platforms and divisions. */
const queries: readonly AskedField[] = [
  ...Object.values(rootFields('Query')).map(({ name, args, type }) => {
    const isOne = args.some((each) => each.name === 'id');
    const record = String(type).replace(/Connection!?$/, '');
    return wholeField('Query', name, isOne ? `(id: "${code}:1")` : '', record);
  }),
  place('platform', 'Platform'),
  place('division', 'Division'),
];

function rootFields(name: 'Query' | 'Mutation') {
  const type = contractSchema().getType(name);
  return isObjectType(type) ? type.getFields() : {};
}

/** The province knows which there are: what owners have of them is a matter of the decisions. */
function place(name: string, typeName: string): AskedField {
  const type = contractSchema().getType(typeName);
  const names = isObjectType(type) ? Object.keys(type.getFields()) : [];
  const fields = names.map((each) => wholeField(typeName, each));
  const args = `(code: "${code}")`;
  return { name, coordinate: '', needs: [], args, gathered: false, below: [{ typeName, fields }] };
}

const ownersTypes = new TypeInfo(
  buildSubgraphSchema(
    parse(
      platformSdl(
        contractModules.map(({ name }) => name),
        contractVersion,
      ),
    ),
  ),
);

/** What the owner was asked and should not have been. */
function wronglySent(may: Kind['may']): string[] {
  const wrong = new Set<string>();
  for (const { query } of owner.seen) {
    visit(
      parse(query),
      visitWithTypeInfo(ownersTypes, {
        Field({ name: { value: field } }) {
          const type = ownersTypes.getParentType()?.name ?? '';
          const isPlain = field === '__typename' || field === '_entities' || type === 'PageInfo';
          if (!isPlain && !may(decisionOn(type, field))) wrong.add(`${type}.${field}: sent`);
        },
      }),
    );
  }
  return [...wrong];
}

/** Where an answer differs from the decisions. */
function* differences(field: AskedField, value: unknown, may: Kind['may']): Generator<string> {
  const isGiven = field.needs.every((need) => may(need));
  if (!isGiven) {
    if (!isNothing(value)) yield `${field.coordinate}: given, and is refused`;
    return;
  }
  if (value === null || value === undefined) {
    // What the net fills is nobody's, and may say nothing.
    if (field.needs.length > 0) yield `${field.coordinate}: refused, and may be had`;
    return;
  }
  if (field.below.length === 0) return;
  const objects = [value].flat().filter((each) => isJsonObject(each));
  for (const { typeName, fields } of field.below) {
    const ofType = objects.filter((object) => object['__typename'] === typeName);
    const mayHave = fields.some(({ needs }) => needs.every((need) => may(need)));
    const isOfKinds = field.below.length > 1;
    if (isOfKinds && mayHave !== ofType.length > 0) {
      yield `${field.coordinate}: ${ofType.length} of ${typeName}`;
    }
    for (const object of ofType) {
      for (const each of fields) yield* differences(each, object[each.name], may);
    }
  }
}

/** Null, or an answer that tells nothing: an empty page that says that the owner refused, or an object of nulls. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.every((each) => isNothing(each));
  if (!isJsonObject(value)) return false;
  const { edges, completeness, pageInfo, knownCount, totalCount, ...others } = value;
  if (Array.isArray(edges) && isJsonObject(completeness) && isJsonObject(pageInfo)) {
    const { notAsked } = completeness;
    const isRefused = JSON.stringify(notAsked)?.includes('"REFUSED"') ?? false;
    const hasMore = pageInfo['hasNextPage'] === true || pageInfo['hasPreviousPage'] === true;
    return edges.length === 0 && totalCount === null && knownCount === 0 && isRefused && !hasMore;
  }
  return Object.entries({ ...others, totalCount, edges }).every(
    ([name, each]) => name === '__typename' || isNothing(each),
  );
}

test('every field is decided, and every decision is on a field', () => {
  const decided = Object.entries(decisions).flatMap(([type, groups]) =>
    Object.values(groups).flatMap((names) => names.split(' ').map((name) => `${type}.${name}`)),
  );
  expect(new Set(decided).size).toBe(decided.length);
  const fields = Object.values(contractSchema().getTypeMap())
    .filter((type) => isObjectType(type) && !/^__|Connection$|Edge$|^PageInfo$/.test(type.name))
    .flatMap((type) =>
      isObjectType(type)
        ? Object.keys(type.getFields()).map((name) => [type.name, name] as const)
        : [],
    )
    .filter(([type, name]) => !isNetField(type, name))
    .map(([type, name]) => `${type}.${name}`);
  expect(fields.toSorted()).toEqual(decided.toSorted());
});

test('a new field without a decision fails', () => {
  expect(() => decisionOn('Member', 'shoeSize')).toThrow('Nobody has decided');
});

test('every field that a query can reach is asked', () => {
  const asked = new Set(queries.flatMap((query) => [...coordinatesIn(query)]));
  const missing = Object.entries(decisions)
    .filter(([type]) => !/^Mutation$|Payload$/.test(type) && !onlyInPayloads.includes(type))
    .flatMap(([type, groups]) =>
      Object.values(groups).flatMap((names) => names.split(' ').map((name) => `${type}.${name}`)),
    )
    .filter((coordinate) => !asked.has(coordinate));
  expect(missing).toEqual([]);
});

/** What only a mutation answers. */
const onlyInPayloads = ['TransferPart', 'CardUse', 'ListComparison'];

describe('queries', () => {
  test.for(kinds.map((kind) => [kind.name, kind] as const))('%s', async ([, kind]) => {
    const problems: string[] = [];
    for (const query of queries) {
      const { data } = await net.ask(`{ ${textOf(query)} }`, kind);
      problems.push(...differences(query, data?.[query.name], kind.may));
    }
    expect([...problems, ...wronglySent(kind.may)]).toEqual([]);
  });
});

test('of a list of several kinds, what they have in common is given of those that are given', async () => {
  const query = `{ serviceRequest(id: "${code}:1") { history { __typename at } } }`;
  const seenBy = async (name: string): Promise<unknown> => {
    const kind = kinds.find((each) => each.name === name);
    if (!kind) throw new Error(`Nobody is ${name}.`);
    const { data, errors } = await net.ask(query, kind);
    expect(errors).toBeUndefined();
    const request = data?.['serviceRequest'];
    const steps =
      isJsonObject(request) && Array.isArray(request['history']) ? request['history'] : [];
    return steps.map(
      (step: unknown) => isJsonObject(step) && step['at'] !== null && step['__typename'],
    );
  };
  const all = contractSchema().getPossibleTypes(
    contractSchema().getType('RequestStep') as GraphQLInterfaceType,
  );
  const names = all.map((type) => type.name);
  expect(await seenBy('a leader')).toEqual(names);
  expect(await seenBy('a client with scopes and grants')).toEqual(
    names.filter((name) => name !== 'RequestSupervisionStep'),
  );
});

/** Through the owner's own front end alone. */
const local = new Set([
  'useCard',
  'answerSupervision',
  'askDepartment',
  'verifyMember',
  'verifyHardshipWorker',
  'confirmDataCorrection',
  'rejectDataCorrection',
]);
/** The province's own. */
const transfers = new Set([
  'offerTransfer',
  'acceptTransfer',
  'declineTransfer',
  'completeTransfer',
  'withdrawTransfer',
]);
const leaders = new Set(['askSupervision', 'returnSupervision', 'closeSupervision']);

/** Whether the owner is to be asked. */
function maySend({ caller, may }: Kind, name: string): boolean {
  if (transfers.has(name)) return false;
  if (local.has(name) && caller.platform !== code) return false;
  if (caller.roles.includes('leader')) return leaders.has(name);
  if (caller.roles.includes('team') && leaders.has(name)) return false;
  return may(decisionOn('Mutation', name));
}

describe('mutations', () => {
  const mutations = Object.values(rootFields('Mutation')).map(({ name, args }) => {
    const input = args.map((each) => `${each.name}: ${sample(each.type)}`).join(', ');
    return wholeField('Mutation', name, `(${input})`);
  });

  test.for(kinds.map((kind) => [kind.name, kind] as const))('%s', async ([, kind]) => {
    const problems: string[] = [];
    for (const mutation of mutations) {
      owner.seen.length = 0;
      const answer = await net.ask(`mutation { ${textOf(mutation)} }`, kind).catch(() => undefined);
      const isSent = owner.seen.length > 0;
      const isDue = maySend(kind, mutation.name);
      if (isSent !== isDue) problems.push(`${mutation.name}: ${isSent ? 'sent' : 'not sent'}`);
      if (!isDue) continue;
      problems.push(...differences(mutation, answer?.data?.[mutation.name], kind.may));
      problems.push(...wronglySent(kind.may));
    }
    expect(problems).toEqual([]);
  });
});

/** An input with what must be given. */
function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (!isInputObjectType(type)) return scalars[type.name] ?? '""';
  const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  const values = fields.map(({ name, type: of }) => {
    if (name === 'platform') return `${name}: "${code}"`;
    return `${name}: ${name === 'id' ? `"${code}:1"` : sample(of)}`;
  });
  return `{ ${values.join(', ')} }`;
}

const scalars: Readonly<Record<string, string>> = {
  Boolean: 'true',
  DateTime: '"2026-01-01T00:00:00+08:00"',
  Float: '1',
  ID: '"k"',
  Int: '1',
  String: '"x"',
};
