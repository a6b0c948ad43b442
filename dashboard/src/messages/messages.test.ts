import { readFile, readdir } from 'node:fs/promises';
import { contractSchema, eventTypes, scopeNames } from '@onenet/contract';
import { isEnumType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { messages } from './every.ts';

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

  test('one thing has one word, here and in the Chinese guides', async () => {
    const root = new URL('../../../', import.meta.url);
    const glossary = await readFile(new URL('docs/glossary.md', root), 'utf8');
    const rows = glossary.split('\n').filter((line) => line.startsWith('| '));
    const unused = rows.slice(2).flatMap((row) => (row.split('|')[3] ?? '').trim().split('、'));
    expect(unused).toContain('运营者');
    const texts = [
      'dashboard/src/messages/zh.ts',
      'dashboard/src/messages/developer.zh.ts',
      'README.zh-CN.md',
      ...(await guidesIn(root, 'docs')),
      ...(await guidesIn(root, 'subgraphs/sidecar')),
      ...(await guidesIn(root, 'subgraphs/examples/start')),
      ...(await guidesIn(root, 'subgraphs/examples/python')),
      ...(await guidesIn(root, 'subgraphs/examples/typescript')),
    ];
    expect(texts.length).toBeGreaterThan(10);
    const found: string[] = [];
    for (const place of texts) {
      const text = await readFile(new URL(place, root), 'utf8');
      const used = unused.filter((word) => text.includes(word));
      found.push(...used.map((word) => `${place}: ${word}`));
    }
    expect(found).toEqual([]);
  });

  test('English has no Chinese left in it', () => {
    const left = Object.entries(words(messages.en)).filter(([, text]) => /\p{sc=Han}/u.test(text));
    expect(left).toEqual([]);
  });
});

async function guidesIn(root: URL, folder: string): Promise<readonly string[]> {
  const names = await readdir(new URL(`${folder}/`, root));
  return names.filter((name) => name.endsWith('.zh-CN.md')).map((name) => `${folder}/${name}`);
}

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
