/** docs/contract.md is up to date, and leaves nothing of the contract out. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coordinatesOf } from '../coordinates.ts';
import { contractSchema, errorCodes, eventTypes } from '../index.ts';
import { contractDocs } from './contract-docs.ts';

const text = readFileSync(new URL('../../../../docs/contract.md', import.meta.url), 'utf8');

test('docs/contract.md is what `./onenet contract docs` writes', () => {
  expect(text === contractDocs(), 'run ./onenet contract docs').toBe(true);
});

test('every type, member, argument, error and event stands in it', () => {
  // A type's part reaches to the next; the roots have tables of their own.
  const parts = new Map(
    text.split(/^#### /m).map((part) => [/^\w+ `(\w+)`/.exec(part)?.[1] ?? '', part] as const),
  );
  const missing = coordinatesOf(contractSchema()).filter((coordinate) => {
    const [type = '', member] = coordinate.split('.');
    if (/(Connection|Edge)$/.test(type)) return false;
    const isRoot = type === 'Query' || type === 'Mutation';
    const part = isRoot ? text : parts.get(type);
    const [, name, argument] = /^(\w+)(?:\((\w+):\))?$/.exec(member ?? '') ?? [];
    if (isRoot && name === undefined) return false;
    return (
      part === undefined ||
      (name !== undefined && !part.includes(`\`${name}\``)) ||
      (argument !== undefined && !isRoot && !part.includes(`\`${argument}: `))
    );
  });
  expect(missing).toEqual([]);
  for (const name of [...Object.keys(errorCodes), ...Object.keys(eventTypes)]) {
    expect(text).toContain(`| \`${name}\` |`);
  }
});
