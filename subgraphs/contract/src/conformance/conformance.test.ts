/** What an SDL keeps, lacks and breaks is named; how a library prints it is not held against it. Long, because each kind of fault is a row. */
import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import {
  Kind,
  parse,
  print,
  visit,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
} from 'graphql';
import { expect, test } from 'vitest';
import { coordinatesOf } from '../coordinates.ts';
import { checkConformance, contractModules, platformSdl } from '../index.ts';

const every = contractModules.map(({ name }) => name);
const optionals = contractModules.filter((module) => module.optional).map(({ name }) => name);
const mandatory = contractModules.filter(({ optional }) => !optional).map(({ name }) => name);
const sdl = platformSdl(every);
const document = parse(sdl, { noLocation: true });
/** What 1.2 brought to modules that 1.1 has, in the order of the contract's text. */
const later = {
  core: ['Platform.sealingKey'],
  requests: [
    'Mutation.remindServiceRequest',
    'Mutation.escalateServiceRequest',
    'ServiceRequest.overdueAt',
    'ServiceRequest.remindedAt',
    'ServiceRequest.remindedCount',
    'ServiceRequest.escalationLevel',
    'RequestStatus.IN_TRANSFER',
    'RequestReminderStep',
    'RequestOverdueStep',
    'RequestEscalationStep',
    'RequestTransferStep',
    'ServiceRequestFilter.inTransfer',
    'ServiceRequestFilter.escalationAtLeast',
  ],
  members: [
    'Platform.joinCodes',
    'Division.joinCodes',
    'DepartmentCheck',
    'CheckOutcome',
    'Query.joinCode',
    'Query.joinCodes',
    'Mutation.addFamilyMember',
    'Mutation.removeFamilyMember',
    'Mutation.issueJoinCode',
    'Mutation.revokeJoinCode',
    'Member.maskedIdentityNumber',
    'Member.identityNumber',
    'Member.joinCodeId',
    'Member.employerSize',
    'Member.checks',
    'Member.family',
    'FamilyMember',
    'FamilyRelation',
    'MemberStatus.IN_TRANSFER',
    'MemberFilter.inTransfer',
    'MemberFilter.joinCodeId',
    'ApplyForMembershipInput.identityNumber',
    'ApplyForMembershipInput.joinToken',
    'ApplyForMembershipInput.employerSize',
    'AddFamilyMemberInput',
    'RemoveFamilyMemberInput',
    'JoinCode',
    'JoinCodeStatus',
    'JoinCodeFilter',
    'JoinCodeOrderField',
    'JoinCodeOrder',
    'JoinCodeConnection',
    'JoinCodeEdge',
    'IssueJoinCodeInput',
    'JoinCodeStepInput',
    'JoinCodePayload',
  ],
  aid: ['DepartmentCheck', 'CheckOutcome', 'HardshipWorker.checks'],
  matching: [
    'Query.personMatches',
    'MatchRun.client',
    'MatchDirection.CLIENT_LOOKS_UP',
    'PersonLookupInput',
    'PersonMatch',
    'PersonMatchFilter',
    'PersonMatchOrderField',
    'PersonMatchOrder',
    'PersonMatchConnection',
    'PersonMatchEdge',
  ],
} as const;
const laterCoordinates: ReadonlySet<string> = new Set(Object.values(later).flat());

const keeps = { findings: [], additions: null };

test.each([
  [mandatory],
  [[...mandatory, 'members']],
  [[...mandatory, 'content']],
  [every],
] as const)('who prints what %s want keeps 1.2, or 1.1 and says what it lacks', (modules) => {
  expect(checkConformance(platformSdl(modules), '420100')).toEqual({
    ...keeps,
    contractVersion: '1.2',
    modules,
    lacks: [],
  });
  const before = checkConformance(platformSdl(modules, '1.1'), '420100');
  expect(before).toEqual({ ...keeps, contractVersion: '1.1', modules, lacks: expect.any(Array) });
  const lacked = modules.flatMap((name) =>
    name in later ? later[name as keyof typeof later] : [],
  );
  expect(new Set(before.lacks)).toEqual(new Set(lacked));
});

test('who keeps what came before 1.1 keeps no version', () => {
  const found = checkConformance(platformSdl(every, '1.0'), '420100');
  expect(found.contractVersion).toBeNull();
  expect(found.findings.map(({ code, coordinate }) => `${code} ${coordinate}`)).toEqual([
    'MISSING ServiceRequest.feedbackCount',
    'MISSING ServiceRequest.history(newest:)',
    'MISSING Channel.MINI_PROGRAM',
    'MISSING ServiceRequestFilter.ratingAtMost',
    'MISSING ServiceRequestOrderField.CATEGORY',
  ]);
});

/** What libraries put around the same types. */
const machinery = `
  schema
    @link(url: "https://specs.apollo.dev/link/v1.0")
    @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag", "FieldSet"]) {
    query: Query
    mutation: Mutation
  }
  directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
  directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  directive @federation__requiresScopes(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION
  "Of a library."
  scalar FieldSet
  scalar _FieldSet
  scalar federation__FieldSet
  scalar federation__Scope
  scalar Scope
  scalar Policy
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  scalar _Any
  union _Entity = Article | Member
  type _Service { sdl: String }
  extend type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }
`;
const withoutLink = sdl.replace(/extend schema[^)]*\)/, '');

test.each([
  ['as @apollo/subgraph and Pothos print it', printed()],
  ['with all machinery, and the long names of directives', long(machinery + withoutLink)],
  [
    'with @federation__key and no import',
    sdl.replaceAll('@key', '@federation__key').replace('"@federation__key", ', ''),
  ],
  [
    'with a name of its own for a directive',
    sdl.replaceAll('@key', '@id').replace('"@id"', '{ name: "@key", as: "@id" }'),
  ],
  ['with extensions of all types, backwards', extended()],
  ['without descriptions, in one line', print(parse(sdl)).replaceAll(/"""[^]*?"""|\s+/g, ' ')],
  [
    'with resolvable said',
    sdl.replaceAll(/@key\(fields: "(\w+)"\)/g, '@key(fields: " $1 ", resolvable: true)'),
  ],
])('%s it conforms as well', (_name, text) => {
  expect(checkConformance(text, '420100')).toMatchObject({
    ...keeps,
    contractVersion: '1.2',
    modules: every,
  });
});

/** A change of the SDL, and exactly what is found: code, coordinate, and a part of the message. */
const mutations: readonly (readonly [from: string, to: string, ...found: (readonly string[])[]])[] =
  [
    [
      '  title: String!\n  category',
      '  titel: String!\n  category',
      ['MISSING', 'ServiceRequest.title', '`title: String!`'],
      ['PREFIX', 'ServiceRequest.titel', 'Did you mean title?'],
    ],
    [
      '  title: String!\n  category',
      '  title: String\n  category',
      ['WRONG_TYPE', 'ServiceRequest.title', 'is `String`, and must be `String!`'],
    ],
    [
      '  title: String!\n  category',
      '  title: ID!\n  category',
      ['WRONG_TYPE', 'ServiceRequest.title', 'is `ID!`'],
    ],
    ['  handler: String\n  supervised', '  handler: String!\n  supervised'],
    ['): [RequestStep!]', '): [RequestStep!]!'],
    [
      '): [RequestStep!]',
      '): [RequestStep]',
      ['WRONG_TYPE', 'ServiceRequest.history', 'must be `[RequestStep!]`'],
    ],
    [
      '): [RequestStep!]',
      '): RequestStep',
      ['WRONG_TYPE', 'ServiceRequest.history', 'is `RequestStep`'],
    ],
    [
      'serviceRequest(id: ID!)',
      'serviceRequest(id: ID)',
      ['WRONG_TYPE', 'Query.serviceRequest(id:)', 'exactly'],
    ],
    [
      'serviceRequest(id: ID!)',
      'serviceRequest(key: ID!)',
      ['MISSING', 'Query.serviceRequest(id:)', '`id: ID!`'],
      ['ARGUMENT', 'Query.serviceRequest(key:)', ''],
    ],
    [
      'serviceRequest(id: ID!)',
      'serviceRequest(id: ID!, fast: Boolean)',
      ['ARGUMENT', 'Query.serviceRequest(fast:)', ''],
    ],
    [
      'serviceRequest(id: ID!)',
      'serviceRequest(id: ID!, fast: Boolean!)',
      ['ARGUMENT', 'Query.serviceRequest(fast:)', ''],
    ],
    [
      '  supervised: Boolean\n  "At',
      '  supervised: Boolean!\n  "At',
      ['WRONG_TYPE', 'ServiceRequestFilter.supervised', 'must be `Boolean`'],
    ],
    [
      '  titleContains: String\n  "Rated',
      '  titleContians: String\n  "Rated',
      ['MISSING', 'ServiceRequestFilter.titleContains', ''],
      ['INPUT_FIELD', 'ServiceRequestFilter.titleContians', 'Did you mean titleContains?'],
    ],
    [
      '  field: ServiceRequestOrderField!\n  direction: OrderDirection! = DESC',
      '  field: ServiceRequestOrderField!\n  direction: OrderDirection!',
      ['WRONG_DEFAULT', 'ServiceRequestOrder.direction', 'is none, and must be `DESC`'],
    ],
    [
      '  HOTLINE\n',
      '  HOT_LINE\n',
      ['MISSING', 'Channel.HOTLINE', ''],
      ['ENUM_VALUE', 'Channel.HOT_LINE', 'Did you mean HOTLINE?'],
    ],
    ['  HOTLINE\n', '  HOTLINE\n  FAX\n', ['ENUM_VALUE', 'Channel.FAX', '']],
    [
      'type Station implements Record @key(fields: "id")',
      'type Station @key(fields: "id")',
      ['NO_INTERFACE', 'Station', 'implements Record'],
    ],
    [
      'type Station implements Record @key(fields: "id")',
      'type Station implements Record',
      ['NO_KEY', 'Station', '@key(fields: "id")'],
    ],
    [
      'type Station implements Record @key(fields: "id")',
      'type Station implements Record @key(fields: "id", resolvable: false)',
      ['NO_KEY', 'Station', 'resolvable'],
    ],
    [
      '  phone: String @tag(name: "personal") @requiresScopes(scopes: [["members:personal"]])',
      '  phone: String @tag(name: "personal")',
      ['WRONG_ACCESS', 'Member.phone', 'has no access directive'],
    ],
    [
      '  phone: String @tag(name: "personal") @requiresScopes(scopes: [["members:personal"]])',
      '  phone: String @requiresScopes(scopes: [["members"]])',
      ['WRONG_ACCESS', 'Member.phone', '[["members:personal"]]'],
    ],
    [
      '  maskedHolderName: String\n',
      '  maskedHolderName: String @requiresScopes(scopes: [["a"]])\n',
      ['WRONG_ACCESS', 'Card.maskedHolderName', 'must have no access directive'],
    ],
    ['enum Channel {', 'input Channel {', ['SYNTAX', 'null', '']],
    [
      'scalar DateTime',
      'enum DateTime { NOW }',
      ['WRONG_KIND', 'DateTime', '`scalar DateTime`'],
      ['ENUM_VALUE', 'DateTime.NOW', ''],
    ],
    [
      '  handler: String\n  supervised',
      '  handler: String\n  handler: String\n  supervised',
      ['DUPLICATE', 'ServiceRequest.handler', ''],
    ],
    [
      'type MemberEdge {',
      'type Completeness { asked: Int! }\n\ntype MemberEdge {',
      ['NET_FILLED', 'Completeness', 'leave it out'],
    ],
    [
      'type MemberConnection {',
      'type MemberConnection {\n  knownCount: Int',
      ['NET_FILLED', 'MemberConnection.knownCount', 'leave it out'],
    ],
    [
      '  feedbackCount: Int\n',
      '  feedbackCount: String\n',
      ['WRONG_TYPE', 'ServiceRequest.feedbackCount', 'must be `Int`'],
    ],
    [
      'type MemberEdge {',
      'schema { query: Root mutation: Mutation }\n\ntype Root { a: Int }\n\ntype MemberEdge {',
      ['WRONG_ROOT', 'Root', 'must be called Query'],
      ['PREFIX', 'Root', ''],
    ],
  ];

test.each(mutations.map(([from, to, ...found]) => [from, to, found] as const))(
  '%j → %j',
  (from, to, found) => {
    expect(sdl.split(from).length, 'the text to change stands in the SDL').toBe(2);
    const { findings } = checkConformance(sdl.replace(from, to), '420100');
    expect(findings.map(({ code, coordinate }) => [code, String(coordinate)])).toEqual(
      found.map(([code, coordinate]) => [code, coordinate]),
    );
    for (const [i, [, , part = '']] of found.entries())
      expect(findings[i]?.message).toContain(part);
  },
);

test('a finding says the line where it stands, or where it is missing', () => {
  const lines = sdl.split('\n');
  const at = lines.findIndex((line) => line.startsWith('enum Channel'));
  const hotline = lines.findIndex((line, i) => i > at && line.includes('HOTLINE'));
  lines[hotline] = '  HOTTLINE';
  const { findings } = checkConformance(lines.join('\n'), '420100');
  expect(findings.map(({ line }) => line)).toEqual([at + 1, hotline + 1]);
});

test.each([[[]], ...optionals.map((name) => [[name]])])(
  'each coordinate of %j that is taken away is one finding, or one that is lacked',
  (modules) => {
    const whole = parse(platformSdl(modules), { noLocation: true });
    const others = new Set(
      modules.length > 0 ? coordinatesOf(buildSubgraphSchema(parse(platformSdl([])))) : [],
    );
    const wrong: unknown[] = [];
    for (const coordinate of coordinatesOf(buildSubgraphSchema(whole))) {
      if (others.has(coordinate)) continue;
      const { findings, lacks } = checkConformance(without(whole, coordinate), '420100');
      const found = findings.map((finding) => `${finding.code} ${finding.coordinate}`);
      const isLater = laterCoordinates.has(coordinate);
      const wanted = isLater ? [[], [coordinate]] : [[`MISSING ${coordinate}`], []];
      if (JSON.stringify([found, lacks]) !== JSON.stringify(wanted))
        wrong.push({ coordinate, found, lacks });
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);

test('half a module is not offered, and each of its coordinates that is missing is named', () => {
  const half = visit(document, {
    ObjectTypeDefinition: (type) =>
      type.name.value === 'Follow' || type.name.value.startsWith('Article') ? null : undefined,
  });
  const { findings, modules, contractVersion } = checkConformance(print(half), '420100');
  expect(findings.map(({ coordinate }) => coordinate)).toEqual(
    expect.arrayContaining(['Article', 'ArticleConnection', 'ArticleEdge', 'ArticlePayload']),
  );
  expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['MISSING']));
  expect(modules).toEqual(every.filter((name) => name !== 'content'));
  expect(contractVersion).toBeNull();
});

test.each([
  ['TOO_LARGE', null, `# ${'x'.repeat(1024 * 1024)}`],
  ['TOO_DEEP', 2, `type Query {\n a: ${'['.repeat(100_000)}Int`],
  ['SYNTAX', 1, 'type Query { a: Int '.repeat(3)],
  ['SYNTAX', 3, 'type Query {\n  a: Int\n  b Int\n}'],
  ['SYNTAX', null, `type Query { ${'a: Int '.repeat(100_000)} }`],
  ['SYNTAX', 1, ''],
])('%s at line %s, and nothing else', (code, line, text) => {
  const found = checkConformance(text, '420100');
  expect(found).toMatchObject({ contractVersion: null, modules: [], lacks: [], additions: null });
  expect(found.findings).toEqual([expect.objectContaining({ code, coordinate: null })]);
  if (line !== null) expect(found.findings[0]?.line).toBe(line);
});

test('what is beyond the contract is read as additions, and does not count against the version', () => {
  const added = checkConformance(`${sdl}\nextend type Query { p420800Buses: Int }`, '420800');
  expect(added).toMatchObject({ findings: [], contractVersion: '1.2' });
  expect(added.additions?.coordinates).toEqual(['Query.p420800Buses']);
  const refused = checkConformance(`${sdl}\nextend type Query { buses: Int }`, '420800');
  expect(refused).toMatchObject({ contractVersion: '1.2', additions: null });
  expect(refused.findings.map(({ code }) => code)).toEqual(['PREFIX']);
});

function printed(): string {
  return printSubgraphSchema(buildSubgraphSchema(parse(sdl)));
}

/** Directives under the names that they have without an import. */
function long(text: string): string {
  return text
    .replaceAll('@requiresScopes', '@federation__requiresScopes')
    .replaceAll('@shareable', '@federation__shareable');
}

function extended(): string {
  const { definitions } = parse(sdl);
  return definitions
    .map((definition) =>
      print(definition)
        .replaceAll(/"""[^]*?"""\n?/g, '')
        .trim(),
    )
    .map((text) => text.replace(/^(type|interface|enum|input|scalar) /, 'extend $1 '))
    .map((text) => (text === 'extend scalar DateTime' ? 'scalar DateTime' : text))
    .toReversed()
    .join('\n');
}

/** The SDL without what stands at a coordinate. */
function without(whole: DocumentNode, coordinate: string): string {
  const [, typeName = '', ...members] = /^(\w+)(?:\.(\w+)(?:\((\w+):\))?)?$/.exec(coordinate) ?? [];
  const path = [typeName, ...members.filter((name) => name !== undefined)];
  return whole.definitions
    .map((definition) =>
      isNamed(definition) && definition.name.value === typeName
        ? printedWithout(definition, path)
        : textOf(definition),
    )
    .join('\n\n');
}

function printedWithout(definition: DefinitionNode, path: readonly string[]): string {
  const names: string[] = [];
  const changed: ASTNode | null = visit(definition, {
    enter: (node) => {
      if (!isNamed(node)) return undefined;
      names.push(node.name.value);
      if (names.join() !== path.join()) return undefined;
      names.pop();
      return null;
    },
    leave: (node) => {
      if (isNamed(node)) names.pop();
    },
  });
  return changed === null ? '' : print(changed);
}

function isNamed(node: ASTNode): node is ASTNode & { readonly name: { readonly value: string } } {
  return (
    node.kind.endsWith('Definition') && 'name' in node && node.kind !== Kind.OPERATION_DEFINITION
  );
}

const texts = new WeakMap<DefinitionNode, string>();

/** All but one of a document's definitions stay as they are. */
function textOf(definition: DefinitionNode): string {
  const text = texts.get(definition) ?? print(definition);
  texts.set(definition, text);
  return text;
}
