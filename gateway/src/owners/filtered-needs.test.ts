/** Owners decide about a list by the fields that are selected: so no filter of it may read what takes more. */
import { allNeeds, carriedType, contractSchema, needOf } from '@onenet/contract';
import { getNamedType } from 'graphql';
import { expect, test } from 'vitest';
import { inputsReading } from './filtered-fields.ts';

test('a list’s filters and orders need no more than the list', () => {
  const fields = contractSchema().getQueryType()?.getFields() ?? {};
  const lists = new Map(
    Object.values(fields).flatMap(({ name, type }) => {
      const record = carriedType(getNamedType(type));
      return record ? [[record.name, needOf('Query', name)] as const] : [];
    }),
  );
  const read = [...allNeeds()].filter(([field]) => inputsReading(field));
  expect(read.length).toBeGreaterThan(50);
  const more = read.filter(([field, { attribute, scope }]) => {
    const list = lists.get(field.split('.')[0] ?? '');
    return list && (list.attribute !== attribute || list.scope !== scope);
  });
  expect(more).toEqual([]);
});
