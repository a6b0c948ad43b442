/** Service stations: where a figure says how many, an even grid; else a few in each district. */
import type { StationRecord } from '../records.ts';
import { divisionChildren } from '../divisions.ts';
import { figuresAsOf, momentBetween } from './calendar.ts';
import { boxAround, countyHolds, pointFor, randomPoint } from './outlines.ts';
import type { Point } from './outlines.ts';
import type { Random } from './random.ts';
import { nameOf } from './site.ts';
import type { Site } from './site.ts';

export function* stations(site: Site): Generator<StationRecord> {
  const random = site.random('stations');
  const total = site.figure('stations');
  const spots = total > 0 ? gridSpots(site, random, total) : sampleSpots(site, random);
  let n = 0;
  for (const spot of spots) {
    n += 1;
    yield station(site, random, spot, n);
  }
}

interface Spot {
  readonly point: Point;
  /** A community. */
  readonly place: string;
}

const stationsInSample = 24;

function* sampleSpots(site: Site, random: Random): Generator<Spot> {
  for (let n = 0; n < stationsInSample; n++) {
    const place = site.communityOf(n);
    yield { place, point: randomPoint(random, place) };
  }
}

/**
 * Distance between neighbours in the triangular grid that puts just under 5,000 points into
 * Wuhan's 8,569 km²: no place is farther than 1.42 ÷ √3 = 0.82 km from its nearest.
 */
const gridMetres = 1420;
const metresPerDegree = 111_320;

function* gridSpots(site: Site, random: Random, total: number): Generator<Spot> {
  const counties = site.districts;
  const { west, east, south, north } = boxAround(counties);
  const latitudeStep = (gridMetres * Math.sqrt(0.75)) / metresPerDegree;
  let left = total;
  for (let row = 0; south + row * latitudeStep <= north; row++) {
    const latitude = south + row * latitudeStep;
    const step = gridMetres / (metresPerDegree * Math.cos((latitude * Math.PI) / 180));
    for (let column = row % 2 ? 0.5 : 0; west + column * step <= east; column++) {
      const point = { latitude, longitude: west + column * step };
      const county = counties.find((code) => countyHolds(code, point));
      if (county === undefined || left === 0) continue;
      left -= 1;
      yield { point, place: communityNear(county, point, left) };
    }
  }
  // The rest goes where most people work.
  for (; left > 0; left--) {
    const county = counties[left % 7] ?? site.seat;
    const point = randomPoint(random, county);
    yield { point, place: communityNear(county, point, left) };
  }
}

/** A community of the county's township whose made-up middle is nearest: the table has no positions. */
function communityNear(county: string, point: Point, n: number): string {
  const townships = townshipsOf(county);
  let [nearest] = townships;
  for (const township of townships) {
    if (nearest && away(township.middle, point) < away(nearest.middle, point)) nearest = township;
  }
  return nearest?.communities[n % nearest.communities.length] ?? county;
}

interface Township {
  readonly middle: Point;
  readonly communities: readonly string[];
}

const townshipsByCounty = new Map<string, readonly Township[]>();

function townshipsOf(county: string): readonly Township[] {
  const known = townshipsByCounty.get(county);
  if (known) return known;
  const townships = divisionChildren(county)
    .map(({ code }) => ({
      middle: pointFor(code),
      communities: divisionChildren(code).map((community) => community.code),
    }))
    .filter(({ communities }) => communities.length > 0);
  townshipsByCounty.set(county, townships);
  return townships;
}

/** Good enough to compare: degrees, squared. */
function away(a: Point, b: Point): number {
  return (a.latitude - b.latitude) ** 2 + (a.longitude - b.longitude) ** 2;
}

const openedFrom = Date.parse('2014-01-01T00:00:00+08:00');
const hours = ['周一至周五 8:30–17:30', '每天 9:00–20:00', '周一至周六 9:00–18:00'];

function station(site: Site, random: Random, { point, place }: Spot, n: number): StationRecord {
  const openedAt = new Date(momentBetween(random, openedFrom, figuresAsOf.getTime()));
  return {
    type: 'Station',
    id: site.id(`station-${n}`),
    platformCode: site.code,
    name: `${nameOf(place)}职工服务站（演示${String(n).padStart(4, '0')}）`,
    placeCode: place,
    organizationId: site.unionFor(place),
    latitude: Math.round(point.latitude * 1e6) / 1e6,
    longitude: Math.round(point.longitude * 1e6) / 1e6,
    openedAt,
    updatedAt: openedAt,
    address: `${nameOf(place)}演示路${random.integer(1, 300)}号`,
    openingHours: random.pick(hours),
    simulated: false,
  };
}
