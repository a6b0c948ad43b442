/** The contract keeps every rule, and each rule finds what breaks it. Long, since each rule has its faults. */
import { buildASTSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { contractModules, lintContract, moduleText } from '../index.ts';
import { federationDirectives } from '../schema.ts';
import { lintRules } from './lint.ts';

const text = contractModules.map((module) => moduleText(module.name)).join('\n');

test('the contract keeps every rule', () => {
  expect(lintContract()).toEqual([]);
});

/** What is changed in the contract's text, and the rule and place that must be found. */
const broken: readonly (readonly [rule: string, coordinate: string, from: string, to: string])[] = [
  ['nullability', 'Member.kind', 'kind: MemberKind\n', 'kind: MemberKind!\n'],
  [
    'nullability',
    'ServiceRequest.handler',
    'handler: String\n  supervised',
    'handler: String!\n  supervised',
  ],
  ['nullability', 'Member.added', 'joinedAt: DateTime', 'joinedAt: DateTime added: Int!'],
  ['nullability', 'Query.article', 'article(id: ID!): Article @', 'article(id: ID!): Article! @'],
  [
    'since',
    'ServiceRequest.feedbackCount',
    'feedbackCount: Int @since(version: "1.1")',
    'feedbackCount: Int @since(version: "9.9")',
  ],
  [
    'since',
    'ServiceRequest.history(newest:)',
    'newest: Int @since(version: "1.1")',
    'newest: Int! @since(version: "1.1")',
  ],
  [
    'since',
    'ServiceRequestFilter.ratingAtMost',
    'ratingAtMost: Int @since',
    'ratingAtMost: Int! @since',
  ],
  [
    'one-owner',
    'Station.platform',
    'openingHours: String',
    'openingHours: String platform: Platform',
  ],
  ['one-owner', 'Station.place', 'openingHours: String', 'openingHours: String place: Division'],
  [
    'one-owner',
    'Station.organization',
    'openingHours: String',
    'openingHours: String organization: Organization',
  ],
  ['one-owner', 'Station.near', 'openingHours: String', 'openingHours: String near: [Station!]'],
  ['one-owner', 'Station.any', 'openingHours: String', 'openingHours: String any: Record'],
  [
    'one-owner',
    'Organization.stations',
    '    before: String\n  ): StationConnection\n  "The requests',
    '    before: String\n  ): StationConnection @gather(order: "NAME")\n  "The requests',
  ],
  ['who-is-asked', 'Query.station', ': Station @route(by: "id")', ': Station'],
  ['who-is-asked', 'Query.station', ': Station @route(by: "id")', ': Station @route(by: "code")'],
  [
    'who-is-asked',
    'Query.members',
    'place: "filter.place"\n      platforms: "filter.platforms"\n    )\n  joinCode(',
    ')\n  joinCode(',
  ],
  [
    'who-is-asked',
    'Platform.organizations',
    'OrganizationConnection @gather(order: "NAME")',
    'OrganizationConnection',
  ],
  [
    'who-is-asked',
    'Mutation.leaveUnion',
    'leaveUnion(input: MemberStepInput!): MemberPayload\n    @route(by: "input.id")',
    'leaveUnion(input: MemberStepInput!): MemberPayload',
  ],
  [
    'order',
    'MemberOrderField.APPLIED_AT',
    'APPLIED_AT @order(by: "appliedAt", key: TIME)',
    'APPLIED_AT',
  ],
  [
    'order',
    'MemberOrderField.APPLIED_AT',
    'APPLIED_AT @order(by: "appliedAt", key: TIME)',
    'APPLIED_AT @order(by: "joinedAt", key: TIME)',
  ],
  [
    'order',
    'MemberOrderField.APPLIED_AT',
    'APPLIED_AT @order(by: "appliedAt", key: TIME)',
    'APPLIED_AT @order(by: "appliedAt", key: INT)',
  ],
  [
    'order',
    'MemberOrderField.APPLIED_AT',
    'APPLIED_AT @order(by: "appliedAt", key: TIME)',
    'APPLIED_AT @order(by: "born", key: TIME)',
  ],
  ['order', 'StationOrderField.DISTANCE', ', needs: "near"', ''],
  [
    'order',
    'Query.articles',
    'order: "PUBLISHED_AT"\n      direction',
    'order: "LIKES"\n      direction',
  ],
  [
    'paging',
    'CommentsPage',
    'type CommentConnection {',
    'type CommentsPage { hasNextPage: Boolean }\ntype CommentConnection {',
  ],
  [
    'paging',
    'CommentConnection',
    'pageInfo: PageInfo!\n  totalCount: Int\n}\n\ntype CommentEdge',
    'pageInfo: PageInfo\n  totalCount: Int\n}\n\ntype CommentEdge',
  ],
  [
    'paging',
    'Article.comments',
    'comments(first: Int, after: String, last: Int, before: String): CommentConnection',
    'comments(first: Int, after: String): CommentConnection',
  ],
  [
    'paging',
    'Article.comments',
    'before: String): CommentConnection',
    'before: String): CommentConnection!',
  ],
  [
    'net-fields',
    'MemberConnection.knownCount',
    'type MemberConnection {\n  edges: [MemberEdge!]!\n  pageInfo: PageInfo!\n  totalCount: Int\n  knownCount: Int @net',
    'type MemberConnection {\n  edges: [MemberEdge!]!\n  pageInfo: PageInfo!\n  totalCount: Int\n  knownCount: Int! @net',
  ],
  [
    'net-fields',
    'Query.members',
    'type MemberConnection {\n  edges: [MemberEdge!]!\n  pageInfo: PageInfo!\n  totalCount: Int\n  knownCount: Int @net',
    'type MemberConnection {\n  edges: [MemberEdge!]!\n  pageInfo: PageInfo!\n  totalCount: Int',
  ],
  [
    'net-fields',
    'CommentConnection.completeness',
    'type CommentConnection {',
    'type CommentConnection {\n completeness: Completeness',
  ],
  [
    'reference',
    'Organization.parentId',
    'parentId: ID @reference(type: "Organization", as: "parent")',
    'parentId: ID',
  ],
  [
    'reference',
    'Organization.parentId',
    'type: "Organization", as: "parent"',
    'type: "Nobody", as: "parent"',
  ],
  [
    'reference',
    'Organization.parentId',
    'type: "Organization", as: "parent"',
    'type: "Record", as: "parent"',
  ],
  [
    'reference',
    'Organization.parentId',
    'type: "Organization", as: "parent"',
    'type: "Organization", as: "name"',
  ],
  ['reference', 'Organization.parentId', 'parentId: ID @', 'parentId: [ID] @'],
  [
    'reference',
    'Record.platformCode',
    'platformCode: ID!\n}',
    'platformCode: ID! @reference(type: "Platform", as: "platform")\n}',
  ],
  [
    'mutation',
    'Mutation.rateServiceRequest',
    'input RateServiceRequestInput {\n  id: ID!\n  idempotencyKey: ID!',
    'input RateServiceRequestInput {\n  id: ID!',
  ],
  [
    'mutation',
    'Mutation.rateServiceRequest',
    'rateServiceRequest(input: RateServiceRequestInput!)',
    'rateServiceRequest(actor: ID!, input: RateServiceRequestInput!)',
  ],
  [
    'mutation',
    'Mutation.rateServiceRequest',
    '@actors(kinds: [WORKER])\n    @step(of: "ServiceRequest", from: ["RESOLVED", "REJECTED"], to: "RATED")',
    '@step(of: "ServiceRequest", from: ["RESOLVED", "REJECTED"], to: "RATED")',
  ],
  [
    'personal',
    'Member.phone',
    'phone: String @tag(name: "personal") @requiresScopes(scopes: [["members:personal"]])',
    'phone: String @tag(name: "personal")',
  ],
  [
    'personal',
    'Member.phone',
    'phone: String @tag(name: "personal") @requires',
    'phone: String @requires',
  ],
  ['personal', 'Member.phone', 'phone: String @tag', 'phone: String! @tag'],
  ['personal', 'Member.phone', '  maskedPhone: String\n', ''],
  [
    'personal',
    'Record.id',
    'id: ID!\n  "The platform that owns the record."',
    'id: ID! @requiresScopes(scopes: [["a"]])\n  "The platform that owns the record."',
  ],
  ['since-types', 'FamilyMember', 'type FamilyMember @since(version: "1.2")', 'type FamilyMember'],
  [
    'since-types',
    'JoinCodeFilter',
    'input JoinCodeFilter @since(version: "1.2")',
    'input JoinCodeFilter',
  ],
  [
    'since-types',
    'RequestReminderStep',
    'type RequestReminderStep implements RequestStep\n  @since(version: "1.2")\n  @share(attribute: CONDITIONAL) {\n  at: DateTime!\n  actorKind: ActorKind!\n}',
    'type RequestReminderStep @since(version: "1.1") {\n  at: DateTime\n}',
  ],
  [
    'since-types',
    'Member.family',
    'family: [FamilyMember!] @since(version: "1.2")',
    'family: [FamilyMember!] @since(version: "1.1")',
  ],
  [
    'since-types',
    'Platform.joinCodes(filter:)',
    'JoinCodeConnection @gather(order: "ISSUED_AT", direction: DESC) @since(version: "1.2")',
    'JoinCodeConnection @gather(order: "ISSUED_AT", direction: DESC)',
  ],
  [
    'since-types',
    'FamilyMember.key',
    '"Local to the member."\n  key: String',
    'key: String @since(version: "1.2")',
  ],
  ['step', 'Mutation.reportCardLost', 'to: "LOST"', 'to: "GONE"'],
  ['step', 'CardStatus.LOST', '["ACTIVE"], to: "LOST"', '["ACTIVE"]'],
  // Only what is made can be lost.
  ['step', 'CardStatus.LOST', '["ACTIVE"], to: "LOST"', '["REPLACED"], to: "LOST"'],
  [
    'step',
    'Mutation.reportCardLost',
    'of: "Card", from: ["ACTIVE"], to: "LOST"',
    'of: "CardKind", from: ["ACTIVE"], to: "LOST"',
  ],
  [
    'step',
    'Mutation.reportCardLost',
    'of: "Card", from: ["ACTIVE"], to: "LOST"',
    'of: "Card", from: [], to: "LOST"',
  ],
  [
    'step',
    'Mutation.issueCard',
    '@step(of: "Card", from: [], to: "ACTIVE")',
    '@step(of: "Card", from: [])',
  ],
  [
    'step',
    'Mutation.issueCard',
    '@step(of: "Card", from: [], to: "ACTIVE")',
    '@step(of: "Card", from: ["LOST"], to: "ACTIVE")',
  ],
  ['step', 'Mutation.useCard', 'use: CardUse\n  card: Card\n', 'use: CardUse\n'],
  ['share', 'Comment.text', 'type Comment @share(attribute: CONDITIONAL)', 'type Comment'],
  ['share', 'CommentEdge.node', 'type Comment @share(attribute: CONDITIONAL)', 'type Comment'],
  [
    'share',
    'Member.phone',
    'phone: String @tag(name: "personal")',
    'phone: String @share(attribute: UNCONDITIONAL) @tag(name: "personal")',
  ],
  [
    'share',
    'MemberPayload',
    'type MemberPayload {',
    'type MemberPayload @share(attribute: CONDITIONAL) {',
  ],
];

test.each(broken)('%s finds %s', (rule, coordinate, from, to) => {
  expect(text.split(from).length, 'the text to change stands in the contract').toBeGreaterThan(1);
  const document = parse(text.replace(from, to));
  const schema = buildASTSchema(
    { ...document, definitions: [...federationDirectives, ...document.definitions] },
    { assumeValid: true },
  );
  expect(lintContract(schema)).toContainEqual(expect.objectContaining({ rule, coordinate }));
});

test('every rule is broken at least once above', () => {
  expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(lintRules.map(({ name }) => name)));
});
