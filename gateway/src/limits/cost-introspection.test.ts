import { contractSchema } from '@onenet/contract';
import { executeSync, getIntrospectionQuery, parse } from 'graphql';
import { expect, test } from 'vitest';
import { chooseOperation } from '../document.ts';
import { fragmentsOf } from '../selections.ts';
import { introspectionCost } from './cost-introspection.ts';
import { limits } from './limits.ts';

const schema = contractSchema();

const names = (count: number, of: string): string =>
  Array.from({ length: count }, (_, i) => `a${i}: ${of}`).join(' ');

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = Object.values(value);
  const own = Array.isArray(value) ? 0 : items.length;
  return items.reduce<number>((sum, item) => sum + valuesIn(item), own);
}

function costOf(query: string): { readonly estimate: number; readonly values: number } {
  const document = parse(query);
  const { selectionSet } = chooseOperation(document, null);
  const estimate = introspectionCost(schema, selectionSet, fragmentsOf(document));
  return { estimate, values: valuesIn(executeSync({ schema, document }).data) };
}

test('the whole schema may be asked for', () => {
  const { estimate } = costOf(getIntrospectionQuery());
  expect(estimate).toBeLessThan(limits.cost / 2);
});

test.each([
  ['the usual query', getIntrospectionQuery()],
  [
    'the schema again and again',
    `{ ${names(15, '__schema { types { fields { name type { fields { name } } } } }')} }`,
  ],
  ['its types again and again', `{ __schema { ${names(60, 'types { fields { name } }')} } }`],
  ['a name again and again', `{ __schema { types { fields { ${names(60, 'name')} } } } }`],
  [
    'by fragments',
    `{ ...A } fragment A on Query { __schema { ${names(20, 'types { ...B }')} } } fragment B on __Type { fields { name args { name type { name } } } }`,
  ],
  [
    'the largest type again and again',
    `{ ${names(20, '__type(name: "Mutation") { fields { name args { name type { name inputFields { name } } } } }')} }`,
  ],
])('a value costs 1: %s', (_, query) => {
  const { estimate, values } = costOf(query);
  expect(estimate).toBeGreaterThan(values / 3);
  expect(estimate).toBeLessThan(values * 5);
});
