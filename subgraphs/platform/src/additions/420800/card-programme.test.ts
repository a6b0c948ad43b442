/** Jingmen's card programme at its platform: what is served, what the reference data shows, how a use is recorded. */
import { platformSdl, readAdditions } from '@onenet/contract';
import { platformAdditions, platformByCode, referenceRecords } from '@onenet/platforms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';

const jingmen = platformByCode('420800');
let platform: TestPlatform;

beforeAll(async () => {
  if (!jingmen) throw new Error('There is no 420800.');
  const now = new Date('2026-11-24T08:00:00Z');
  const records = referenceRecords(jingmen, { scale: 0.01, now });
  platform = await testPlatform({ code: '420800', records });
});

afterAll(() => platform[Symbol.asyncDispose]());

test('what is served is the contract and what additions.graphql says, to the letter', async () => {
  const { data } = await platform.ask<{ service: { sdl: string } }>(
    '{ service: _service { sdl } }',
  );
  const text = `${platformSdl(jingmen?.modules ?? [])}\n${platformAdditions('420800')}`;
  const written = readAdditions(text, '420800', ['420800', '420801']);
  const served = readAdditions(data?.service.sdl ?? '', '420800');
  expect(written.findings).toEqual([]);
  expect(served.findings).toEqual([]);
  expect(sorted(served.additions?.sdl)).toEqual(sorted(written.additions?.sdl));
  expect(served.additions?.coordinates).toEqual(written.additions?.coordinates);
});

test('another platform with the same modules does not have it', async () => {
  await using other = await testPlatform({ code: '420900' });
  const { data } = await other.ask<{ service: { sdl: string } }>('{ service: _service { sdl } }');
  expect(data?.service.sdl).not.toContain('420800');
});

test('the reference data satisfies what was published', async () => {
  const { data } = await platform.ask<{ p420800CardProgrammes: Record<string, number>[] }>(
    `{ p420800CardProgrammes {
        issuedCount inUseCount usedShare discountsFen claimsCount claimsFen functions } }`,
  );
  const [programme] = data?.p420800CardProgrammes ?? [];
  const published = (key: string): number =>
    jingmen?.publishedFigures.find((figure) => figure.key === key)?.value ?? Infinity;
  expect(programme?.['issuedCount']).toBeGreaterThan(published('cards'));
  expect((programme?.['usedShare'] ?? 0) * 100).toBeGreaterThan(published('cards-in-use'));
  expect((programme?.['discountsFen'] ?? 0) / 100).toBeGreaterThan(published('discounts'));
  expect(programme?.['claimsCount']).toBe(published('claims'));
  expect((programme?.['claimsFen'] ?? 0) / 100).toBeGreaterThan(published('claims-amount'));
  expect(programme?.['functions']).toHaveLength(5);
});

const cardOf = `{ member(id: "420800:mem-stock-1") {
  p420800Card { id maskedNumber memberId programmeId usesCount discountsFen number } } }`;

interface CardAnswer {
  readonly member: { readonly p420800Card: Readonly<Record<string, string | number | null>> };
}

test('a member has a card, of which everybody sees the last digits only', async () => {
  const { data, errors } = await platform.ask<CardAnswer>(cardOf);
  expect(data?.member.p420800Card).toMatchObject({
    id: '420800:card-mem-stock-1',
    maskedNumber: expect.stringMatching(/^\*{12}\d{4}$/) as string,
    memberId: '420800:mem-stock-1',
    programmeId: '420800:programme-five-in-one',
    number: null,
  });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['SCOPE_REQUIRED']);
});

test('entities: cards and programmes by id, fields on members and organizations', async () => {
  const { data, errors } = await platform.ask<{ found: unknown[] }>(
    `query ($of: [_Any!]!) { found: _entities(representations: $of) {
       ... on P420800_CardProgramme { name }
       ... on P420800_Card { id }
       ... on Member { p420800Card { id } }
       ... on Organization { p420800CardCount } } }`,
    {
      of: [
        { __typename: 'P420800_CardProgramme', id: '420800:programme-five-in-one' },
        { __typename: 'P420800_Card', id: '420800:card-none' },
        { __typename: 'Member', id: '420800:mem-stock-1' },
        { __typename: 'Organization', id: '420800:org-u1' },
        { __typename: 'Organization', id: '420800:org-root' },
      ],
    },
  );
  expect(errors).toBeUndefined();
  const [programme, card, member, union, root] = data?.found ?? [];
  expect(programme).toEqual({ name: '“五合一”卡（演示）' });
  expect(card).toBeNull();
  expect(member).toEqual({ p420800Card: { id: '420800:card-mem-stock-1' } });
  expect(union).toEqual({ p420800CardCount: expect.any(Number) as number });
  expect((union as { p420800CardCount: number }).p420800CardCount).toBeGreaterThan(0);
  expect(root).toEqual({ p420800CardCount: 0 });
});

const use = `mutation ($input: P420800_RecordCardUseInput!) {
  p420800RecordCardUse(input: $input) { card { usesCount discountsFen } } }`;

test('a use is counted once, by a system or an officer', async () => {
  const before = (await platform.ask<CardAnswer>(cardOf)).data?.member.p420800Card;
  const input = {
    cardId: '420800:card-mem-stock-1',
    idempotencyKey: 'use-1',
    function: 'DISCOUNT',
    discountFen: 250,
  };
  const first = await platform.ask(use, { input }, 'system:till');
  expect(first).toEqual({
    data: {
      p420800RecordCardUse: {
        card: {
          usesCount: Number(before?.['usesCount']) + 1,
          discountsFen: Number(before?.['discountsFen']) + 250,
        },
      },
    },
  });
  expect(await platform.ask(use, { input }, 'system:till')).toEqual(first);
  const codes = async (given: object, actor?: string): Promise<unknown> =>
    (await platform.ask(use, { input: { ...input, ...given } }, actor)).errors?.map(
      ({ extensions }) => extensions.code,
    );
  expect(await codes({ discountFen: 251 }, 'system:till')).toEqual(['IDEMPOTENCY_CONFLICT']);
  expect(await codes({ idempotencyKey: 'b' })).toEqual(['ACTOR_REQUIRED']);
  expect(await codes({ idempotencyKey: 'b' }, 'worker:w-1')).toEqual(['ACTOR_NOT_ALLOWED']);
  expect(await codes({ idempotencyKey: 'b', discountFen: -1 }, 'system:till')).toEqual([
    'BAD_INPUT',
  ]);
  expect(await codes({ idempotencyKey: 'b', cardId: '420800:card-x' }, 'system:till')).toEqual([
    'NOT_FOUND',
  ]);
  expect(await codes({ idempotencyKey: 'b', cardId: '420900:card-x' }, 'system:till')).toEqual([
    'NOT_FOUND',
  ]);
});

/** Printers differ in the order of fields and directives, and the builder has no descriptions. */
function sorted(sdl = ''): string[] {
  return sdl
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('"'))
    .map((line) => line.split(' ').toSorted().join(' '))
    .toSorted();
}
