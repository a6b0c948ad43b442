/** Where a county lies: its outline, for points that are in it. */
import { readFileSync } from 'node:fs';
import { divisionPath } from '../divisions.ts';
import { Random } from './random.ts';

/** WGS 84, degrees. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

type Ring = readonly (readonly [longitude: number, latitude: number])[];

interface Outline {
  readonly rings: readonly Ring[];
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** A point for the division that is always the same, somewhere within its county. */
export function pointFor(code: string): Point {
  return randomPoint(new Random(`point ${code}`), code);
}

/** A point within the county, or direct city, of the division. */
export function randomPoint(random: Random, code: string): Point {
  const outline = outlineOf(code);
  for (;;) {
    const point = {
      latitude: round(random.between(outline.south, outline.north)),
      longitude: round(random.between(outline.west, outline.east)),
    };
    if (isWithin(point, outline)) return point;
  }
}

/** Whether the point lies in the county, or direct city, of the division. */
export function countyHolds(code: string, point: Point): boolean {
  return isWithin(point, outlineOf(code));
}

/** The smallest box around the outlines of these counties. */
export function boxAround(counties: readonly string[]): Omit<Outline, 'rings'> {
  return box(counties.flatMap((county) => outlineOf(county).rings));
}

/** Two counties without an outline of their own lie within these. */
const within: Readonly<Record<string, string>> = { '421071': '421002', '421171': '421127' };

const outlines: ReadonlyMap<string, Outline> = readOutlines();

function outlineOf(code: string): Outline {
  for (const each of divisionPath(code)) {
    const outline = outlines.get(within[each] ?? each);
    if (outline) return outline;
  }
  throw new Error(`No county with an outline holds division ${code}.`);
}

function isWithin({ latitude, longitude }: Point, outline: Outline): boolean {
  const { west, east, south, north, rings } = outline;
  if (longitude < west || longitude > east || latitude < south || latitude > north) return false;
  return rings.some((ring) => crossingsEastOf(latitude, longitude, ring) % 2 === 1);
}

/** How often a ray to the east crosses the ring: an odd number means that it starts inside. */
function crossingsEastOf(latitude: number, longitude: number, ring: Ring): number {
  let crossings = 0;
  let previous = ring.at(-1);
  for (const corner of ring) {
    const [x1, y1] = previous ?? corner;
    const [x2, y2] = corner;
    previous = corner;
    if (y1 > latitude === y2 > latitude) continue;
    if (longitude < x1 + ((latitude - y1) / (y2 - y1)) * (x2 - x1)) crossings += 1;
  }
  return crossings;
}

function readOutlines(): Map<string, Outline> {
  const file = new URL('../../data/county-outlines.json', import.meta.url);
  const table = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Ring[]>>;
  return new Map(
    Object.entries(table).map(([code, rings]) => [code, { rings, ...box(rings) }] as const),
  );
}

function box(rings: readonly Ring[]): Omit<Outline, 'rings'> {
  let [west, east, south, north] = [180, -180, 90, -90];
  for (const [longitude, latitude] of rings.flat()) {
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  return { west, east, south, north };
}

/** To about a decimetre. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
