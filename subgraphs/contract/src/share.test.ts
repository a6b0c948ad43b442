/** What third parties may have: each field's decision, and what rights and grants make of it. */
import { buildASTSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { lintContract } from './lint/lint.ts';
import type { NetGrant } from './net-clients.ts';
import { grantedScopes, isShared, rightsAt, withheldFields } from './rights.ts';
import { contractDefinitions, federationDirectives } from './schema.ts';
import { allNeeds, needOf, scopeNames } from './share.ts';

test('a connection, an edge, a payload and a list are shared as the record that they carry', () => {
  const conditional = { attribute: 'CONDITIONAL', scope: 'members:read' };
  expect(needOf('Query', 'members')).toEqual(conditional);
  expect(needOf('Division', 'members')).toEqual(conditional);
  expect(needOf('MemberConnection', 'totalCount')).toEqual(conditional);
  expect(needOf('MemberEdge', 'node')).toEqual(conditional);
  expect(needOf('MemberPayload', 'member')).toEqual(conditional);
  // An unconditional record's list of conditional ones.
  expect(needOf('Organization', 'members')).toEqual(conditional);
});

test('a personal field needs its own scope, a mutation the right to write', () => {
  expect(needOf('Member', 'phone')).toEqual({
    attribute: 'CONDITIONAL',
    scope: 'members:personal',
  });
  expect(needOf('Mutation', 'publishArticle')).toEqual({
    attribute: 'CONDITIONAL',
    scope: 'content:write',
  });
});

test('a look-up needs a scope of its own, and what it finds that of the record', () => {
  const lookup = { attribute: 'CONDITIONAL', scope: 'matching:lookup', isSaid: true };
  expect(needOf('Query', 'personMatches')).toEqual(lookup);
  expect(needOf('PersonMatchConnection', 'totalCount')).toEqual(lookup);
  expect(needOf('PersonMatchEdge', 'node')).toEqual(lookup);
  expect(needOf('PersonMatch', 'hash')).toEqual(lookup);
  expect(needOf('PersonMatch', 'memberId')).toEqual({ ...lookup, scope: 'members:read' });
  expect(scopeNames()).toContain('matching:lookup');
});

test('what the net fills, and where a page stands, belongs to no owner', () => {
  expect(needOf('MemberConnection', 'completeness')).toBeUndefined();
  expect(needOf('PageInfo', 'hasNextPage')).toBeUndefined();
});

test('the scopes are those that some field needs', () => {
  expect(scopeNames()).toContain('aid:personal');
  expect(scopeNames()).not.toContain('organizations:write');
  expect(scopeNames()).not.toContain('core:read');
});

test('a type without a decision is a fault of the contract, and so is a personal field for everybody', () => {
  const text = parse(`
    type New { id: ID! }
    type Open @share(attribute: UNCONDITIONAL) {
      name: String @tag(name: "personal") @requiresScopes(scopes: [["open:personal"]])
      maskedName: String
    }
    extend type Query { newOne: New open: Open }
  `).definitions;
  const schema = buildASTSchema(
    {
      kind: 'Document' as never,
      definitions: [...federationDirectives, ...contractDefinitions(), ...text],
    },
    { assumeValidSDL: true },
  );
  const found = lintContract(schema).filter(({ rule }) => rule === 'share');
  expect(found.map(({ coordinate }) => coordinate)).toEqual(['New.id', 'Open.name']);
});

const grant: NetGrant = {
  id: 'g1',
  client: 'hb-rst',
  platform: '420100',
  scopes: ['members:read'],
  purpose: 'benefits',
  until: '2027-01-01T00:00:00+08:00',
};
const now = Date.parse('2026-12-01T00:00:00Z');
const caller = { client: 'hb-rst', purpose: 'benefits', roles: ['consumer'], platform: null };

test('a grant is for one client, one platform, one purpose, until its end', () => {
  const granted = (change: Partial<NetGrant>, at = now) => [
    ...grantedScopes([{ ...grant, ...change }], caller, '420100', at),
  ];
  expect(granted({})).toEqual(['members:read']);
  expect(granted({ until: null })).toEqual(['members:read']);
  expect(granted({ client: 'hb-tax' })).toEqual([]);
  expect(granted({ platform: '420200' })).toEqual([]);
  expect(granted({ purpose: 'audit' })).toEqual([]);
  expect(granted({}, Date.parse('2026-12-31T16:00:00Z'))).toEqual([]);
});

test('roles decide: leaders see every owner, a team its own, others what is for everybody', () => {
  expect(rightsAt(caller, '420100')).toBe('GRANTED');
  expect(rightsAt({ client: 'dashboard', roles: ['leader'], platform: null }, '420100')).toBe(
    'ALL',
  );
  const team = { client: 'dashboard', roles: ['team'], platform: '420100' };
  expect([rightsAt(team, '420100'), rightsAt(team, '420200')]).toEqual(['ALL', 'PUBLISHED']);
  expect(rightsAt({ client: 'dashboard', roles: ['auditor'], platform: null }, '420100')).toBe(
    'PUBLISHED',
  );
});

test('every field is withheld or shared as its attribute says, for every kind of rights', () => {
  const granted = new Set(['members:read', 'supervision:read']);
  const kinds = ['ALL', 'GRANTED', 'PUBLISHED'] as const;
  for (const [field, need] of allNeeds()) {
    const shared = kinds.map((rights) => isShared(need, rights, granted));
    const withheld = kinds.map((rights) => withheldFields(rights, granted).has(field));
    expect(withheld).toEqual(shared.map((each) => !each));
    const isPersonal = need.scope.endsWith(':personal');
    const isGranted = need.attribute === 'CONDITIONAL' && need.scope === 'members:read';
    const isOpen = need.attribute === 'UNCONDITIONAL';
    expect([field, ...shared]).toEqual([field, !isPersonal, isOpen || isGranted, isOpen]);
  }
});
