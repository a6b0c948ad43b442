import { expect, test } from 'vitest';
import { application, guideExamples, operationsIn, sampleVariables } from './examples.ts';
import { byReason } from './plan.ts';
import { askToken, OauthRefusal } from './oauth.ts';
import { parseVariables, readRan } from './ran.ts';

test('every example has one operation, and variables that can be sent', () => {
  for (const { query, variables } of guideExamples) {
    expect(operationsIn(query)).toHaveLength(1);
    expect(parseVariables(variables)).toBeDefined();
  }
  const { query, variables } = application('members:read', ['420100'], 'review');
  expect(operationsIn(query)).toEqual(['Apply']);
  expect(parseVariables(variables)?.['input']).toMatchObject({ scopes: ['members:read'] });
});

test('variables are an object or nothing', () => {
  expect(parseVariables(' ')).toEqual({});
  expect(parseVariables('{"a": 1}')).toEqual({ a: 1 });
  expect([parseVariables('[1]'), parseVariables('{'), parseVariables('null')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('a registered document is given values that are known by name', () => {
  const query = 'query Q($place: ID, $first: Int = 50, $kinds: [MemberKind!]) { a }';
  expect(JSON.parse(sampleVariables(query))).toEqual({ place: '420000', first: 10 });
  expect(operationsIn('query A { a } query B { b')).toEqual([]);
});

test('an answer is taken apart: the plan by itself, errors with what to do', () => {
  const plan = { cost: { estimate: 1, limit: 2 }, durationMs: 3, withheld: [], steps: [] };
  const error = {
    message: 'm',
    path: ['a', 0],
    extensions: { code: 'SCOPE_REQUIRED', scopes: [['x:read', 'y:read'], ['z:read']] },
  };
  const onenet = { requestId: 'r-1', complete: true, cost: 1, plan };
  const ran = readRan(
    200,
    JSON.stringify({ data: null, errors: [error], extensions: { onenet } }),
    5,
  );
  expect(ran).toMatchObject({ status: 200, requestId: 'r-1', complete: true, cost: 1, plan });
  expect(ran.text).not.toContain('steps');
  expect(ran.errors).toEqual([
    {
      message: 'm',
      code: 'SCOPE_REQUIRED',
      path: 'a.0',
      platform: null,
      scopes: ['x:read + y:read', 'z:read'],
      incident: null,
    },
  ]);
  expect(readRan(502, '<html>', 5)).toMatchObject({ status: 502, text: '<html>', plan: null });
});

test('who was not asked, by the reason', () => {
  const of = (platform: string, reason: string) => ({ platform, name: '', nameEn: '', reason });
  const grouped = byReason([of('1', 'REFUSED'), of('2', 'NOT_OFFERED'), of('3', 'REFUSED')]);
  expect(grouped.map(({ reason, platforms }) => [reason, platforms.length])).toEqual([
    ['REFUSED', 2],
    ['NOT_OFFERED', 1],
  ]);
});

test('a refused secret is told by its code, and sent without cookies', async () => {
  const sent: RequestInit[] = [];
  const fetch = async (_: unknown, init?: RequestInit) => {
    sent.push(init ?? {});
    const body = JSON.stringify({ error: 'invalid_client', error_description: 'no' });
    return new Response(body, { status: 401 });
  };
  const refused = await askToken('pensions', 'wrong', fetch).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OauthRefusal);
  expect(refused).toMatchObject({ code: 'invalid_client' });
  expect(sent[0]?.credentials).toBe('omit');
});
