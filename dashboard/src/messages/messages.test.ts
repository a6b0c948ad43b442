import { contractSchema, eventTypes, scopeNames } from '@onenet/contract';
import { isEnumType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { messages } from './messages.ts';

describe('messages', () => {
  test('English has exactly the keys of Chinese', () => {
    expect(keys(messages.en)).toEqual(keys(messages.zh));
  });

  test('every event of the contract has a word', () => {
    expect(Object.keys(messages.zh.eventTypes).toSorted()).toEqual(
      Object.keys(eventTypes).toSorted(),
    );
  });

  test.each([
    ['RequestStatus', messages.zh.requestStatuses],
    ['RequestCategory', messages.zh.categories],
    ['Channel', messages.zh.channels],
    ['MemberKind', messages.zh.memberKinds],
    ['OrganizationKind', messages.zh.organizationKinds],
    ['SupervisionStatus', messages.zh.supervisionStatuses],
    ['SupervisionSubject', messages.zh.supervisionSubjects],
    ['SupervisionResult', messages.zh.supervisionResults],
    ['MatchSubject', messages.zh.matchSubjects],
    ['DataCorrectionKind', messages.zh.correctionKinds],
    ['CardClaimKind', messages.zh.claimKinds],
    ['HardshipCause', messages.zh.hardshipCauses],
    ['AidForm', messages.zh.aidForms],
    ['TransferKind', messages.zh.transferKinds],
  ])('every %s has a word', (name, said) => {
    const type = contractSchema().getType(name);
    const values = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    expect(Object.keys(said).toSorted()).toEqual(values.toSorted());
  });

  test('every scope has words', () => {
    const parts = scopeNames().map((scope) => scope.split(':'));
    for (const [module = '', kind = ''] of parts) {
      expect(messages.zh.moduleNames).toHaveProperty(module);
      expect(messages.zh.access.scopeKinds).toHaveProperty(kind);
    }
  });

  test('English has no Chinese left in it', () => {
    const left = Object.entries(words(messages.en)).filter(([, text]) => /\p{sc=Han}/u.test(text));
    expect(left).toEqual([]);
  });
});

function keys(value: object): string[] {
  return Object.keys(words(value)).toSorted();
}

/** Path → text, with blanks filled. */
function words(value: object, path = ''): Record<string, string> {
  const entries = Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof inner === 'object' && inner !== null) return Object.entries(words(inner, at));
    return [[at, typeof inner === 'function' ? 'sentence' : String(inner)] as const];
  });
  return Object.fromEntries(entries);
}
