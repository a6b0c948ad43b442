/** What an owner may add, and what is refused by name: one row for each kind of refusal. Long, because it is one list. */
import { describe, expect, test } from 'vitest';
import { platformSdl } from '../index.ts';
import { additionRefusals } from './finding.ts';
import { Prefixes, additionPrefix } from './prefix.ts';
import { additionLimits, readAdditions } from './read-additions.ts';

test.each([
  ['420800', 'P420800_', 'p420800'],
  ['SGCC-HB', 'SGCC_HB_', 'sgccHb'],
  ['420000-AID', 'P420000_AID_', 'p420000Aid'],
  ['WISCO', 'WISCO_', 'wisco'],
])('%s begins its names with %s and %s', (code, type, field) => {
  expect(additionPrefix(code)).toEqual({ type, field });
});

test('a name is the platform’s with the longest prefix', () => {
  const prefixes = new Prefixes(['A', 'A-B', 'A-1', 'A1', '420', '420800']);
  expect(prefixes.ownersOf('type', 'A_B_Card')).toEqual(['A-B']);
  expect(prefixes.ownersOf('field', 'aBCard')).toEqual(['A-B']);
  expect(prefixes.ownersOf('field', 'aCard')).toEqual(['A']);
  expect(prefixes.ownersOf('field', 'a1Card')).toEqual(['A-1', 'A1']);
  expect(prefixes.ownersOf('field', 'p420800Card')).toEqual(['420800']);
  expect(prefixes.ownersOf('field', 'p420800card')).toEqual([]);
});

const link = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@requiresScopes"])
  directive @reference(type: String!, as: String!) on FIELD_DEFINITION
`;

const good = `
  "A card programme."
  type P420800_Programme @key(fields: "id") {
    id: ID!
    functions: [P420800_Function!]!
    since: DateTime
    organizationId: ID @reference(type: "Organization", as: "organization")
    all(first: Int, filter: P420800_Filter): P420800_Page
  }
  enum P420800_Function { BANK BUS }
  input P420800_Filter { functions: [P420800_Function!], channel: Channel }
  input P420800_UseInput { idempotencyKey: ID!, amountFen: Int! }
  type P420800_Page { items: [P420800_Item!]!, pageInfo: PageInfo! }
  union P420800_Item = P420800_Programme | P420800_Other
  interface P420800_Thing { name: String }
  type P420800_Other implements P420800_Thing { name: String }
  scalar P420800_Number
  extend type Query { p420800Programmes: [P420800_Programme!] }
  extend type Mutation { p420800Use(input: P420800_UseInput!): P420800_Other }
  extend type Member {
    p420800Card: P420800_Number
    p420800CardNumber: String @tag(name: "personal") @requiresScopes(scopes: [["members:personal"]])
    p420800IssuerId: ID @reference(type: "Organization", as: "p420800Issuer")
  }
`;

test('the contract alone has no additions', () => {
  expect(readAdditions(platformSdl(['members', 'content']), '420800')).toEqual({
    additions: null,
    findings: [],
  });
});

test('what is added is found beside the contract, whatever is printed around it', () => {
  const { additions, findings } = readAdditions(`${platformSdl(['members'])}\n${good}`, '420800');
  expect(findings).toEqual([]);
  expect(additions?.coordinates).toEqual([
    'Member.p420800Card',
    'Member.p420800CardNumber',
    'Member.p420800IssuerId',
    'Mutation.p420800Use',
    'P420800_Filter',
    'P420800_Function',
    'P420800_Item',
    'P420800_Number',
    'P420800_Other',
    'P420800_Page',
    'P420800_Programme',
    'P420800_Thing',
    'P420800_UseInput',
    'Query.p420800Programmes',
  ]);
  // The same additions are the same text, from wherever they are read.
  expect(readAdditions(link + good, '420800').additions?.sdl).toBe(additions?.sdl);
  expect(readAdditions(additions?.sdl ?? '', '420800').additions).toEqual(additions);
});

test('a directive goes by its name in Federation, however it was imported', () => {
  const renamed = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed", import: [{ name: "@key", as: "@k" }])
    type P420800_Card @k(fields: "id") @fed__tag(name: "x") { id: ID! }`;
  const { additions, findings } = readAdditions(renamed, '420800');
  expect(findings).toEqual([]);
  expect(additions?.sdl).toContain('type P420800_Card @key(fields: "id") @tag(name: "x")');
});

const name = 'x'.repeat(500);
const big = Array.from({ length: additionLimits.types + 1 }, (_, i) => `scalar P420800_S${i}`);
const long = `"${'x'.repeat(additionLimits.bytes)}"`;
const fields = Array.from({ length: additionLimits.members + 1 }, (_, i) => `f${i}: Int`);

/** What is published, and each refusal with its place; whoever the names are, 420800 publishes. */
const refusals: readonly (readonly [string, string, ...string[]])[] = [
  ['no GraphQL', 'type P420800_A {', 'SYNTAX null'],
  ['too many types', big.join('\n'), 'TOO_LARGE null'],
  ['too many fields', `type P420800_A { ${fields.join(' ')} }`, 'TOO_LARGE null'],
  ['too many bytes', `${long} scalar P420800_A`, 'TOO_LARGE null'],
  ['far too long a name', `scalar P420800_${name}`, `TOO_LARGE P420800_${name.slice(0, 92)}…`],
  ['far too many bytes', `# ${'x'.repeat(1024 * 1024)}`, 'TOO_LARGE null'],
  ['a type without prefix', 'type Bus { n: Int }', 'PREFIX Bus'],
  ['a field without prefix', 'extend type Member { card: Int }', 'PREFIX Member.card'],
  ['a root without prefix', 'extend type Query { buses: Int }', 'PREFIX Query.buses'],
  [
    'a prefix and no capital',
    'extend type Query { p420800cards: Int }',
    'PREFIX Query.p420800cards',
  ],
  ['another’s type', 'type SGCC_HB_Card { n: Int }', 'PREFIX_FOREIGN SGCC_HB_Card'],
  ['another’s field', 'extend type Member { wiscoCard: Int }', 'PREFIX_FOREIGN Member.wiscoCard'],
  ['a name of two', 'type P420800_X_Card { n: Int }', 'PREFIX_AMBIGUOUS P420800_X_Card'],
  [
    'a field of two',
    'extend type Query { p420800XCard: Int }',
    'PREFIX_AMBIGUOUS Query.p420800XCard',
  ],
  ['a reserved field', 'type P420800_A { onenet_x: Int }', 'RESERVED_NAME P420800_A.onenet_x'],
  ['a reserved type', 'type __A { n: Int }', 'RESERVED_NAME __A'],
  ['a reserved root', 'extend type Query { onenet_a: Int }', 'RESERVED_NAME Query.onenet_a'],
  [
    'a reserved argument',
    'extend type Query { p420800A(__a: Int): Int }',
    'RESERVED_NAME Query.p420800A(__a:)',
  ],
  ['a reserved value', 'enum P420800_A { __A }', 'RESERVED_NAME P420800_A.__A'],
  [
    '@override of the contract',
    'extend type Member { name: String @override(from: "municipal") }',
    'OVERRIDE Member.name',
  ],
  [
    '@override of its own',
    'extend type Member { p420800A: Int @override(from: "municipal") }',
    'OVERRIDE Member.p420800A',
  ],
  [
    '@external',
    'extend type Member { maskedName: String @external }',
    'EXTERNAL Member.maskedName',
  ],
  [
    '@requires',
    'extend type Member { p420800A: Int @requires(fields: "maskedName") }',
    'REQUIRES Member.p420800A',
  ],
  [
    '@provides',
    'extend type Query { p420800A: P420800_A @provides(fields: "n") } type P420800_A { n: Int }',
    'PROVIDES Query.p420800A',
  ],
  [
    '@interfaceObject',
    'type Record @interfaceObject @key(fields: "id") { id: ID! }',
    'INTERFACE_OBJECT Record',
    'KEY Record',
  ],
  [
    '@inaccessible',
    'extend type Member { maskedName: String @inaccessible }',
    'INACCESSIBLE Member.maskedName',
  ],
  [
    '@inaccessible on an argument',
    'extend type Query { member(id: ID! @inaccessible): Member }',
    'INACCESSIBLE Query.member(id:)',
  ],
  [
    '@inaccessible on a value',
    'extend enum Channel { WECHAT @inaccessible }',
    'INACCESSIBLE Channel.WECHAT',
  ],
  [
    '@inaccessible by another name',
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{name: "@inaccessible", as: "@tag"}]) scalar P420800_A @tag',
    'INACCESSIBLE P420800_A',
  ],
  ['@composeDirective', 'extend schema @composeDirective(name: "@x")', 'COMPOSE_DIRECTIVE null'],
  [
    'a specification of its own',
    'extend schema @link(url: "https://example.com/x/v1.0")',
    'LINK null',
  ],
  [
    '@shareable on the contract',
    'extend type Member { maskedName: String @shareable }',
    'SHAREABLE Member.maskedName',
  ],
  ['@shareable of its own', 'type P420800_A @shareable { n: Int }', 'SHAREABLE P420800_A'],
  [
    'a directive of its own',
    'extend type Member { p420800A: Int @cost(weight: 5) }',
    'DIRECTIVE Member.p420800A',
  ],
  [
    'a directive named as what every object has',
    'scalar P420800_A @constructor',
    'DIRECTIVE P420800_A',
  ],
  [
    'a further key of the contract',
    'extend type Member @key(fields: "phone") { phone: String }',
    'KEY Member',
  ],
  ['another key of its own', 'type P420800_A @key(fields: "no") { no: ID! }', 'KEY P420800_A'],
  ['a key that is no id', 'type P420800_A @key(fields: "id") { id: Int! }', 'KEY P420800_A'],
  [
    'a key that none can ask by',
    'type P420800_A @key(fields: "id", resolvable: false) { id: ID! }',
    'KEY P420800_A',
  ],
  ['a value for the contract', 'extend enum Channel { FAX }', 'ENUM_VALUE Channel.FAX'],
  [
    'a contract interface',
    'type P420800_A implements Record { id: ID! platformCode: ID! }',
    'INTERFACE P420800_A',
  ],
  [
    'an interface for the contract',
    'interface P420800_I { id: ID! } extend type Member implements P420800_I',
    'INTERFACE Member',
  ],
  [
    'a field for all records',
    'extend interface Record { p420800A: Int }',
    'NOT_AN_ENTITY Record.p420800A',
  ],
  [
    'an input field',
    'extend input MemberFilter { p420800A: Int }',
    'INPUT_FIELD MemberFilter.p420800A',
  ],
  [
    'an argument',
    'extend type Query { member(id: ID!, p420800A: Int): Member }',
    'ARGUMENT Query.member(p420800A:)',
  ],
  [
    'a field on a payload',
    'extend type MemberPayload { p420800A: Int }',
    'NOT_AN_ENTITY MemberPayload.p420800A',
  ],
  [
    'a field on a page',
    'extend type PageInfo { p420800A: Int }',
    'NOT_AN_ENTITY PageInfo.p420800A',
  ],
  ['never null on a record', 'extend type Member { p420800A: Int! }', 'NON_NULL Member.p420800A'],
  ['never null at the root', 'extend type Query { p420800A: Int! }', 'NON_NULL Query.p420800A'],
  [
    'never null behind a scope',
    'type P420800_A { a: Int! @authenticated }',
    'NON_NULL P420800_A.a',
  ],
  [
    'never null of a type behind a scope',
    'type P420800_A { b: P420800_B! } type P420800_B @authenticated { n: Int }',
    'NON_NULL P420800_A.b',
  ],
  ['a record', 'extend type Query { p420800A: [Member!] }', 'RECORD_RETURNED Query.p420800A'],
  ['any record', 'type P420800_A { of: Record }', 'RECORD_RETURNED P420800_A.of'],
  ['a union with a record', 'union P420800_U = Member', 'RECORD_RETURNED P420800_U.Member'],
  [
    'a page of records',
    'extend type Query { p420800A: MemberConnection }',
    'CONTRACT_TYPE Query.p420800A',
  ],
  ['what the net fills', 'type P420800_A { why: AbsenceReason }', 'CONTRACT_TYPE P420800_A.why'],
  [
    'an input of the contract',
    'extend type Query { p420800A(f: MemberFilter): Int }',
    'CONTRACT_TYPE Query.p420800A(f:)',
  ],
  [
    'an unknown type',
    'extend type Query { p420800A(f: P420800_F): P420800_A }',
    'UNKNOWN_TYPE Query.p420800A',
    'UNKNOWN_TYPE Query.p420800A(f:)',
  ],
  [
    'a reference from no record',
    'type P420800_A { id: ID! mId: ID @reference(type: "Member", as: "m") }',
    'REFERENCE P420800_A.mId',
  ],
  [
    'a reference from no id',
    'extend type Member { p420800A: Int @reference(type: "Member", as: "p420800B") }',
    'REFERENCE Member.p420800A',
  ],
  [
    'a reference to nothing',
    'extend type Member { p420800A: ID @reference(type: "EventTotal", as: "p420800B") }',
    'REFERENCE Member.p420800A',
  ],
  [
    'a reference in the contract’s place',
    'extend type Member { p420800A: ID @reference(type: "Member", as: "status") }',
    'PREFIX Member.status',
    'REFERENCE Member.p420800A',
  ],
  [
    'a reference in its own place',
    'type P420800_A @key(fields: "id") { id: ID! mId: ID @reference(type: "Member", as: "id") }',
    'REFERENCE P420800_A.mId',
  ],
  [
    'personal without scope',
    'extend type Member { p420800A: String @tag(name: "personal") }',
    'PERSONAL Member.p420800A',
  ],
  [
    'a mutation that is done twice',
    'extend type Mutation { p420800A(n: Int): Int }',
    'IDEMPOTENCY_KEY Mutation.p420800A',
  ],
  ['a subscription', 'type Subscription { p420800A: Int }', 'SUBSCRIPTION Subscription'],
  [
    'a subscription by another name',
    'schema { query: Query subscription: P420800_S } type P420800_S { n: Int }',
    'SUBSCRIPTION P420800_S',
  ],
];

describe('is refused', () => {
  const registered = ['420800', '420800-X', 'SGCC-HB', 'WISCO'];

  test.each(refusals)('%s', (_, sdl, ...expected) => {
    const { additions, findings } = readAdditions(sdl, '420800', registered);
    expect(additions).toBeNull();
    expect(findings.map(({ code, coordinate }) => `${code} ${coordinate}`).toSorted()).toEqual(
      expected,
    );
  });

  test('every kind of refusal stands in the table', () => {
    const shown = new Set(
      refusals.flatMap(([, , ...all]) => all.map((line) => line.split(' ')[0])),
    );
    // The contract has no union to add to.
    shown.add('UNION_MEMBER');
    expect(shown).toEqual(new Set(Object.keys(additionRefusals)));
  });

  test('a hundred refusals are enough to read', () => {
    const text = Array.from({ length: 500 }, (_, i) => `scalar S${i}`).join(' ');
    expect(readAdditions(text, '420800').findings).toHaveLength(100);
  });

  test('by name, place and line, with what to do', () => {
    const { findings } = readAdditions('\n\nextend type Member { card: Int }', '420800');
    expect(findings).toEqual([
      {
        code: 'PREFIX',
        coordinate: 'Member.card',
        line: 3,
        message:
          'Member.card: a name without the platform’s prefix. Begin with p420800 and go on with a capital.',
      },
    ]);
  });
});
