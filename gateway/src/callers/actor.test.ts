/** Who performs a mutation: nobody can be named whom the credential does not assert. */
import { localCaller, type Caller } from '@onenet/contract';
import { expect, test } from 'vitest';
import { accessOf } from './access.ts';
import { actorOf } from './actor.ts';
import type { Known } from './callers.ts';

const known = (by: Known['by'], change: Partial<Caller> = {}): Known => {
  const caller = { ...localCaller, ...change };
  return { by, caller, access: accessOf(caller) };
};
const writer = { client: 'social-security', scopes: ['members:read', 'requests:write'] };
const officer = known('TOKEN', { ...writer, person: 'clerk.7' });
const person = known('SESSION', { client: 'dashboard', person: 'p-1' });

test.each([
  ['this machine, which says nothing', known('NOTHING'), undefined, undefined],
  ['this machine', known('NOTHING'), 'worker:w', 'WORKER w'],
  ['a system that may write', known('TOKEN', writer), undefined, 'SYSTEM social-security'],
  [
    'a system that names itself',
    known('TOKEN', writer),
    'system:social-security',
    'SYSTEM social-security',
  ],
  [
    'a system that may read',
    known('TOKEN', { client: 'x', scopes: ['members:read'] }),
    undefined,
    undefined,
  ],
  ['a system for its officer, unnamed', officer, undefined, 'SYSTEM social-security'],
  ['a system for its officer', officer, 'officer:clerk.7', 'OFFICER clerk.7'],
  ['a person', person, undefined, 'OFFICER p-1'],
  ['a person who names themselves', person, 'officer:p-1', 'OFFICER p-1'],
])('%s', (_name, caller, header, expected) => {
  const actor = actorOf(caller, header === undefined ? {} : { 'onenet-actor': header });
  expect(actor && `${actor.kind} ${actor.reference}`).toBe(expected);
});

test.each([
  ['a system as a worker', known('TOKEN', writer), 'worker:w'],
  ['a system as another', known('TOKEN', writer), 'system:taxation'],
  ['a system for nobody, as an officer', known('TOKEN', writer), 'officer:clerk.7'],
  ['a system for one officer, as another', officer, 'officer:clerk.8'],
  ['a system that may read, as itself', known('TOKEN', { client: 'x' }), 'system:x'],
  ['a person as another', person, 'officer:p-2'],
  ['a person as a worker', person, 'worker:p-1'],
])('%s is refused', (_name, caller, header) => {
  expect(() => actorOf(caller, { 'onenet-actor': header })).toThrow(/onenet-actor may be/);
});

test('a header that names nobody is refused', () => {
  expect(() => actorOf(known('NOTHING'), { 'onenet-actor': 'chief' })).toThrow(
    /<kind>:<reference>/,
  );
});
