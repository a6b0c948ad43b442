/** The catalogue has every field that belongs to an owner, once, with who has it. */
import { allNeeds, checkConformance, platformSdl } from '@onenet/contract';
import { platformAdditions, platformByCode } from '@onenet/platforms';
import { expect, test } from 'vitest';
import type { RegistryEntry } from '../registry/entry.ts';
import { profileOf } from '../registry/profile.ts';
import { currentVersion } from '../registry/seed.ts';
import type { CatalogueField } from './fields.ts';
import { catalogueResolvers } from './graphql.ts';

/** A platform of the reference net as the registry has it once it is admitted. */
function entryOf(code: string): RegistryEntry {
  const definition = platformByCode(code);
  if (!definition) throw new Error(`There is no platform ${code}.`);
  const { modules, contractVersion } = definition;
  const sdl = `${platformSdl(modules, contractVersion)}\n${platformAdditions(code)}`;
  return {
    _id: code,
    origin: 'reference',
    profile: profileOf(definition),
    connection: 'CONNECTED',
    resumesTo: null,
    registeredAt: new Date(0),
    portOffset: 0,
    url: null,
    lastVersion: 1,
    current: currentVersion(1, '', checkConformance(sdl, code), true),
    maintenance: [],
    inMaintenance: false,
  };
}

const jingmen = entryOf('420800');
const yichang = entryOf('420500');
const entries = [yichang, jingmen];
const { Query, CatalogueField: field } = catalogueResolvers({
  platform: (code) => entries.find(({ _id }) => _id === code),
  platforms: () => entries,
});

function page(args: Parameters<typeof Query.catalogue>[1]) {
  return Query.catalogue(undefined, args);
}

function all(args: Parameters<typeof Query.catalogue>[1] = {}): readonly CatalogueField[] {
  const nodes: CatalogueField[] = [];
  for (let after: string | null = null; ;) {
    const found = page({ ...args, first: 200, after });
    nodes.push(...found.nodes);
    if (!found.hasNextPage) return nodes;
    after = found.endCursor;
  }
}

test('pages through every field of the contract and of additions, each once', () => {
  const coordinates = all().map(({ coordinate }) => coordinate);
  expect(new Set(coordinates).size).toBe(coordinates.length);
  expect(coordinates).toEqual(expect.arrayContaining([...allNeeds().keys()]));
  expect(page({}).totalCount).toBe(coordinates.length);
});

test('says who has a field of an optional module, and who has not', () => {
  const number = all({ module: 'cards' }).find(({ coordinate }) => coordinate === 'Card.number');
  if (!number) throw new Error('Card.number is not in the catalogue.');
  expect(number).toMatchObject({ scope: 'cards:personal', isPersonal: true, addedBy: null });
  expect(field.offeredBy(number)).toEqual([jingmen]);
  expect(field.lackedBy(number)).toEqual([yichang]);
});

test('an addition is its platform’s, and shared by its tag alone', () => {
  const added = all({ module: 'additions' });
  const [first] = added;
  if (!first) throw new Error('Nothing is added.');
  expect(field.addedBy(first)).toBe(jingmen);
  expect(field.offeredBy(first)).toEqual([jingmen]);
  expect(field.lackedBy(first)).toEqual([]);
  const number = added.find(({ coordinate }) => coordinate === 'P420800_Card.number');
  expect(number).toMatchObject({ isPersonal: true, since: null, scope: 'members:personal' });
});

test('a unit is what the name says', () => {
  const units = new Map(all().map(({ coordinate, unit }) => [coordinate, unit]));
  expect(units.get('AidGrant.amountFen')).toBe('fen');
  expect(units.get('AidGrant.status')).toBeNull();
});

test('says how fresh each field is, and by which field where that is not the moment of asking', () => {
  const fields = all();
  const names = new Set(fields.map(({ coordinate }) => coordinate));
  const recorded = fields.filter(({ freshness }) => freshness === 'AS_RECORDED');
  expect(recorded.map(({ coordinate }) => coordinate)).toContain('DepartmentCheck.outcome');
  // Whom it names for the time is a field that there is.
  expect(recorded.filter(({ freshAt }) => freshAt === null || !names.has(freshAt))).toEqual([]);
  expect(fields.find(({ coordinate }) => coordinate === 'Member.status')).toMatchObject({
    freshness: 'AT_REQUEST',
    freshAt: null,
  });
});

test.each([{ module: 'votes' }, { first: 0 }, { after: 'Member.nothing' }])(
  '%o is refused',
  (args) => {
    expect(() => page(args)).toThrow(/votes|out of range|endCursor/);
  },
);
