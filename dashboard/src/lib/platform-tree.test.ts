import { expect, test } from 'vitest';
import { headlinesOf, platformTree, waysTo } from './platform-tree.ts';

const of = (code: string, kind: string, parent?: string) => ({
  code,
  kind,
  parent: parent === undefined ? null : { code: parent },
});
const platforms = [
  of('WISCO', 'ENTERPRISE', '420000'),
  of('420581', 'COUNTY', '420500'),
  of('420500', 'CITY', '420000'),
  of('420100', 'CITY', '420000'),
  of('420000-AID', 'AID_CENTRE', '420000'),
  of('420000', 'PROVINCE'),
  of('LOST', 'ZONE', 'NOBODY'),
];

test('each stands below the one above it, by kind and code', () => {
  expect(platformTree(platforms).map(({ platform, depth }) => [platform.code, depth])).toEqual([
    ['420000', 0],
    ['420000-AID', 1],
    ['420100', 1],
    ['420500', 1],
    ['420581', 2],
    ['WISCO', 1],
    ['LOST', 0],
  ]);
});

test('the way to a platform begins at the top', () => {
  const codes = (code: string) => waysTo(platforms, code).map((platform) => platform.code);
  expect(codes('420581')).toEqual(['420000', '420500']);
  expect(codes('420000')).toEqual([]);
  expect(codes('LOST')).toEqual([]);
  expect(codes('420999')).toEqual([]);
});

test('platforms in a circle do not hang it', () => {
  const circle = [of('A', 'CITY', 'B'), of('B', 'CITY', 'A')];
  expect(waysTo(circle, 'A').map(({ code }) => code)).toEqual(['B']);
  expect(platformTree(circle)).toEqual([]);
});

test('a platform is looked at by what it offers', () => {
  expect(headlinesOf(['core', 'content', 'requests'])).toEqual([
    'requestsBacklog',
    'onTimeRate',
    'requestsResolved',
    'engagement',
  ]);
  expect(headlinesOf(['core'])).toEqual([]);
});
