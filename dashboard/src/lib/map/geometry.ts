/** Borders from TopoJSON to SVG paths. */
import { feature } from 'topojson-client';
import { isRecord, list, nullable, number, object, text, UnexpectedAnswer } from '../api/read.ts';

type Topology = Parameters<typeof feature>[0];
type Position = readonly number[];

/** One area of a map, drawn. */
export interface Unit {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string | null;
  /** SVG path. */
  readonly path: string;
  /** Where its name stands. */
  readonly label: Point;
  /** How far it reaches to both sides of its name, from border to border, in the drawing's units. */
  readonly room: number;
  /** Of the box around it, in the drawing's units squared. */
  readonly size: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Drawing extends Box {
  readonly units: readonly Unit[];
  /** From longitude and latitude, degrees. */
  readonly project: (longitude: number, latitude: number) => Point;
}

/** The room around the borders, in the drawing's units. */
const margin = 8;

const properties = object({
  adcode: text,
  name: text,
  nameEn: nullable(text),
  parent: nullable(text),
  label: nullable(list(number)),
});

/** The units of `topology`, or those below `parent`, as large as the box allows; null where there are none. */
export function draw(topology: Topology, parent: string | null, box: Box): Drawing | null {
  const shapes = readShapes(topology).filter(
    (shape) => parent === null || shape.properties.parent === parent,
  );
  if (shapes.length === 0) return null;

  const all = shapes.flatMap((shape) => shape.rings.flat());
  const [west, east] = extent(all.map((position) => position[0] ?? 0));
  const [south, north] = extent(all.map((position) => position[1] ?? 0));
  // Equirectangular, true at the middle latitude: over five degrees nobody sees the difference.
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(
    (box.width - 2 * margin) / ((east - west) * squeeze),
    (box.height - 2 * margin) / (north - south),
  );
  const left = (box.width - (east - west) * squeeze * scale) / 2;
  const top = (box.height - (north - south) * scale) / 2;
  const project = (longitude: number, latitude: number): Point => ({
    x: round(left + (longitude - west) * squeeze * scale),
    y: round(top + (north - latitude) * scale),
  });

  const units = shapes.map(({ properties: { adcode, name, nameEn, label }, rings }) => {
    const [longitude = 0, latitude = 0] = label ?? middle(rings);
    return {
      code: adcode,
      name,
      nameEn,
      path: rings.map((ring) => ringPath(ring, project)).join(''),
      label: project(longitude, latitude),
      room: round(across(rings, longitude, latitude) * squeeze * scale),
      size: boxSize(rings.flat(), project),
    };
  });
  return { ...box, units, project };
}

/** Code → English name, of the units that have one. */
export function englishNames(topology: Topology): ReadonlyMap<string, string> {
  return new Map(
    readShapes(topology).flatMap(({ properties: { adcode, nameEn } }) =>
      nameEn === null ? [] : [[adcode, nameEn] as const],
    ),
  );
}

/** Checks that a file is what `draw` can read. */
export function readTopology(value: unknown): Topology {
  if (!isRecord(value) || value['type'] !== 'Topology' || !isRecord(value['objects'])) {
    throw new UnexpectedAnswer('map', 'TopoJSON', value);
  }
  return value as unknown as Topology;
}

function readShapes(topology: Topology) {
  const units = topology.objects['units'];
  if (units === undefined) throw new UnexpectedAnswer('map.objects.units', 'an object', units);
  const drawn = feature(topology, units);
  const features = drawn.type === 'FeatureCollection' ? drawn.features : [drawn];
  return features.flatMap(({ geometry, properties: found, id }) => {
    if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return [];
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    return [{ properties: properties(found, `map.${id ?? '?'}`), rings: polygons.flat() }];
  });
}

/** Of a grid over the longest ring, the point inside that is farthest from its border: a name fits there. */
function middle(rings: readonly (readonly Position[])[]): readonly number[] {
  const ring = rings.reduce((a, b) => (b.length > a.length ? b : a), []);
  const [west, east] = extent(ring.map((position) => position[0] ?? 0));
  const [south, north] = extent(ring.map((position) => position[1] ?? 0));
  const steps = 16;
  let best: readonly number[] = [(west + east) / 2, (south + north) / 2];
  let farthest = 0;
  for (let index = 0; index < steps * steps; index += 1) {
    const x = west + ((east - west) * ((index % steps) + 0.5)) / steps;
    const y = south + ((north - south) * (Math.floor(index / steps) + 0.5)) / steps;
    if (!inside(ring, x, y)) continue;
    const free = Math.min(...ring.map(([a = 0, b = 0]) => Math.hypot(a - x, b - y)));
    if (free > farthest) {
      farthest = free;
      best = [x, y];
    }
  }
  return best;
}

/** By the number of borders to the west. */
function inside(ring: readonly Position[], x: number, y: number): boolean {
  return crossings(ring, y).filter((at) => at < x).length % 2 === 1;
}

/** From the nearest border in the west of a point to the nearest in its east, degrees. */
function across(rings: readonly (readonly Position[])[], x: number, y: number): number {
  const borders = rings.flatMap((ring) => crossings(ring, y));
  const west = Math.max(...borders.filter((at) => at <= x));
  const east = Math.min(...borders.filter((at) => at > x));
  return east - west;
}

/** Where a ring meets the parallel of `y`. */
function crossings(ring: readonly Position[], y: number): readonly number[] {
  return ring.flatMap(([x1 = 0, y1 = 0], index) => {
    const [x2 = 0, y2 = 0] = ring[index === 0 ? ring.length - 1 : index - 1] ?? [];
    return y1 > y === y2 > y ? [] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)];
  });
}

function boxSize(
  positions: readonly Position[],
  project: (longitude: number, latitude: number) => Point,
): number {
  const [west, east] = extent(positions.map((position) => position[0] ?? 0));
  const [south, north] = extent(positions.map((position) => position[1] ?? 0));
  const [from, to] = [project(west, north), project(east, south)];
  return Math.round((to.x - from.x) * (to.y - from.y));
}

function ringPath(
  ring: readonly Position[],
  project: (longitude: number, latitude: number) => Point,
): string {
  const points = ring.map(([longitude = 0, latitude = 0]) => project(longitude, latitude));
  return `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}Z`;
}

function extent(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
