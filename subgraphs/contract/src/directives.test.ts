/** The look-ups say what the contract's text says. */
import { expect, test } from 'vitest';
import {
  accessRules,
  actorsOf,
  contractSchema,
  fieldModule,
  gatherOf,
  isLocal,
  isNetField,
  orderOf,
  references,
  routeOf,
  stepOf,
  stepsFrom,
} from './index.ts';

test('a route names an id or a platform', () => {
  expect(routeOf('Query', 'member')).toEqual({ path: ['id'], names: 'ID' });
  expect(routeOf('Mutation', 'publishArticle')).toEqual({
    path: ['input', 'platform'],
    names: 'PLATFORM',
  });
  expect(routeOf('Query', 'members')).toBeUndefined();
});

test('a gathered field names its default order and what narrows it', () => {
  expect(gatherOf('Query', 'stations')).toEqual({
    orderEnum: 'StationOrderField',
    order: 'NAME',
    direction: 'ASC',
    place: ['filter', 'place'],
    platforms: ['filter', 'platforms'],
    connectionType: 'StationConnection',
    edgeType: 'StationEdge',
    nodeType: 'Station',
  });
  expect(gatherOf('Division', 'members')?.place).toBeUndefined();
  expect(gatherOf('Organization', 'members')).toBeUndefined();
});

test('an order value names its key', () => {
  expect(orderOf('StationOrderField', 'DISTANCE')).toEqual({
    path: ['distanceMetres'],
    key: 'INT',
    needs: 'near',
  });
  expect(orderOf('StationOrderField', 'COLOUR')).toBeUndefined();
});

test('actors, modules, what the net fills, and what is personal', () => {
  expect(actorsOf('rateServiceRequest')).toEqual(['WORKER']);
  expect(fieldModule('Organization', 'members')).toBe('members');
  expect(fieldModule('Organization', 'stations')).toBe('organizations');
  expect(isNetField('MemberConnection', 'knownCount')).toBe(true);
  expect(isNetField('MemberConnection', 'totalCount')).toBe(false);
  expect(accessRules(contractSchema()).get('Member.phone')).toEqual({
    authenticated: false,
    scopes: [['members:personal']],
    policies: undefined,
  });
});

test('references say what they lead to', () => {
  expect(references()).toContainEqual({
    owner: 'Member',
    idField: 'transferredToId',
    nullable: true,
    type: 'Member',
    as: 'transferredTo',
    access: [],
  });
});

test('steps say the life of a record, and what is local', () => {
  expect(stepOf('acceptServiceRequest')).toEqual({
    of: 'ServiceRequest',
    from: ['DISPATCHED'],
    to: 'ACCEPTED',
  });
  expect(stepOf('issueCard')).toEqual({ of: 'Card', from: [], to: 'ACTIVE' });
  expect(stepOf('useCard')?.to).toBeNull();
  expect(stepOf('offerTransfer')).toBeUndefined();
  expect(stepsFrom('ServiceRequest', 'RESOLVED')).toEqual([
    'addServiceRequestFeedback',
    'rateServiceRequest',
    'reopenServiceRequest',
  ]);
  expect(stepsFrom('ServiceRequest', 'TRANSFERRED')).toEqual([]);
  expect(isLocal('useCard')).toBe(true);
  expect(isLocal('issueCard')).toBe(false);
});

test('a field of two optional modules is of the one that brings it', () => {
  expect(fieldModule('Mutation', 'verifyMember')).toBe('matching');
  expect(fieldModule('Query', 'members')).toBe('members');
});
