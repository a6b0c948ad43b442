/** Organizations: each platform's union tree, and the employers below it. */
import type { PlatformKind } from '@onenet/contract';
import { divisionChildren } from '../divisions.ts';
import type { OrganizationKind, OrganizationRecord } from '../records.ts';
import { figuresAsOf, momentBetween } from './calendar.ts';
import { commitments, employerName, personName } from './names.ts';
import type { Random } from './random.ts';
import { countyOf, levelOf, nameOf } from './site.ts';
import type { Site } from './site.ts';

export function* organizations(site: Site): Generator<OrganizationRecord> {
  const random = site.random('organizations');
  let unions = 0;
  for (const record of unionTree(site, random)) {
    if (record.kind === 'UNION') unions += 1;
    yield record;
  }
  const { employers, withUnion } = employerStock(site, unions);
  for (let n = 0; n < employers; n++) {
    yield employer(site, random, n);
    if (n < withUnion) yield employerUnion(site, random, n);
  }
}

/** Id of the union, of those within employers, that the n-th member belongs to; else the district's. */
export function memberUnion(
  site: Site,
  n: number,
): { readonly id: string; readonly place: string } {
  const { withUnion } = employerStock(site, countUnionTree(site));
  if (withUnion === 0) {
    const place = site.communityOf(n);
    return { id: site.unionFor(place), place };
  }
  const employerIndex = n % withUnion;
  return { id: employerUnionId(site, employerIndex), place: site.communityOf(employerIndex) };
}

/** How many employers, and how many of them have a union: the platform's figures, or a small stock. */
function employerStock(site: Site, unionsInTree: number): Stock {
  const employers = site.figure('enterprises-and-institutions');
  if (employers > 0) return { employers, withUnion: site.figure('unions') - unionsInTree };
  return smallStocks[site.platform.kind] ?? { employers: 0, withUnion: 0 };
}

const smallStocks: Readonly<Partial<Record<PlatformKind, Stock>>> = {
  CITY: { employers: 40, withUnion: 26 },
  COUNTY: { employers: 24, withUnion: 15 },
};

interface Stock {
  readonly employers: number;
  readonly withUnion: number;
}

const treeSizes = new WeakMap<Site, number>();

function countUnionTree(site: Site): number {
  const known = treeSizes.get(site);
  if (known !== undefined) return known;
  let unions = 0;
  for (const record of unionTree(site, site.random('organizations'))) {
    if (record.kind === 'UNION') unions += 1;
  }
  treeSizes.set(site, unions);
  return unions;
}

/** The platform's own union, its branches, its districts' unions and some of their townships'. */
function* unionTree(site: Site, random: Random): Generator<OrganizationRecord> {
  const { platform } = site;
  yield organization(site, random, {
    local: 'org-root',
    name: platform.name,
    kind: 'UNION',
    place: site.seat,
    parentId: site.unionAbove,
  });
  yield* branches(site, random);
  for (const district of site.districts) {
    yield organization(site, random, {
      local: `org-${district}`,
      name: `${nameOf(district)}总工会`,
      kind: 'UNION',
      place: district,
      parentId: site.rootUnion,
    });
    // A sample; where the number of unions is a published figure, all of them.
    const townships = divisionChildren(district).filter(({ level }) => level === 'TOWNSHIP');
    const sample = site.figure('unions') > 0 ? townships.length : 3;
    for (const township of townships.slice(0, sample)) {
      yield organization(site, random, {
        local: `org-${township.code}`,
        name: `${nameOf(district)}${township.name}总工会`,
        kind: 'UNION',
        place: township.code,
        parentId: site.id(`org-${district}`),
      });
    }
  }
  if (platform.kind === 'CITY') {
    yield organization(site, random, {
      local: 'org-zone',
      name: `${nameOf(site.seat)}演示产业园`,
      kind: 'ZONE',
      place: site.districts[0] ?? site.seat,
      parentId: site.rootUnion,
    });
  }
}

/** What stands below a union that has no districts: trades, aid centres in the cities, workplaces. */
function* branches(site: Site, random: Random): Generator<OrganizationRecord> {
  for (const [index, branch] of branchesOf(site).entries()) {
    yield organization(site, random, {
      local: `org-branch-${index + 1}`,
      ...branch,
      parentId: site.rootUnion,
    });
  }
}

function branchesOf(site: Site): readonly Pick<Draft, 'name' | 'kind' | 'place'>[] {
  switch (site.platform.kind) {
    case 'PROVINCE':
      return ['教育', '交通', '建设', '财贸', '农林', '能源', '科技', '卫生'].map((trade) => ({
        name: `湖北省${trade}演示产业工会`,
        kind: 'UNION',
        place: site.seat,
      }));
    case 'AID_CENTRE':
      return divisionChildren(site.seat).map(({ code, name }) => ({
        name: `${name}职工帮扶站（演示）`,
        kind: 'INSTITUTION',
        place: code,
      }));
    case 'ENTERPRISE':
      return Array.from({ length: 12 }, (_, n) => ({
        name: `${site.platform.name}第${n + 1}分会（演示）`,
        kind: 'UNION',
        place: site.communityOf(n),
      }));
    case 'CITY':
    case 'COUNTY':
    case 'UNIVERSITY':
    case 'ZONE':
      return [];
  }
}

function employer(site: Site, random: Random, n: number): OrganizationRecord {
  const place = site.communityOf(n);
  // One in eight is a public institution.
  const kind = n % 8 === 7 ? 'INSTITUTION' : 'ENTERPRISE';
  return organization(site, random, {
    local: `org-e${n + 1}`,
    name: employerName(nameOf(countyOf(place)), kind, n + 1),
    kind,
    place,
    parentId: null,
  });
}

function employerUnion(site: Site, random: Random, n: number): OrganizationRecord {
  const place = site.communityOf(n);
  const kind = n % 8 === 7 ? 'INSTITUTION' : 'ENTERPRISE';
  return organization(site, random, {
    local: `org-u${n + 1}`,
    name: `${employerName(nameOf(countyOf(place)), kind, n + 1)}工会`,
    kind: 'UNION',
    place,
    parentId: site.unionFor(place),
  });
}

function employerUnionId(site: Site, n: number): string {
  return site.id(`org-u${n + 1}`);
}

interface Draft {
  readonly local: string;
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly place: string;
  readonly parentId: string | null;
}

const foundedFrom = Date.parse('2013-01-01T00:00:00+08:00');

function organization(site: Site, random: Random, draft: Draft): OrganizationRecord {
  const foundedAt = new Date(momentBetween(random, foundedFrom, figuresAsOf.getTime()));
  const isUnion = draft.kind === 'UNION';
  return {
    type: 'Organization',
    id: site.id(draft.local),
    platformCode: site.code,
    name: draft.name,
    kind: draft.kind,
    level: levelOf(draft.place),
    placeCode: draft.place,
    parentId: draft.parentId,
    foundedAt,
    updatedAt: foundedAt,
    chairName: isUnion ? personName(random) : null,
    commitment: isUnion ? random.pick(commitments) : null,
    simulated: false,
  };
}
