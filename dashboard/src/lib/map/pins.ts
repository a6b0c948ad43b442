/** Pins for platforms without an area; those that would cover each other stand as one with a number. */
import type { Point } from './geometry.ts';

export interface Pin {
  readonly code: string;
  readonly name: string;
  readonly longitude: number;
  readonly latitude: number;
}

export interface Cluster {
  readonly at: Point;
  readonly pins: readonly Pin[];
}

/** Pins nearer than this, in the drawing's units, stand together. */
const nearness = 24;

export function cluster(
  pins: readonly Pin[],
  project: (longitude: number, latitude: number) => Point,
): readonly Cluster[] {
  const clusters: { at: Point; pins: Pin[] }[] = [];
  for (const pin of pins) {
    const at = project(pin.longitude, pin.latitude);
    const near = clusters.find((one) => Math.hypot(one.at.x - at.x, one.at.y - at.y) < nearness);
    if (near === undefined) clusters.push({ at, pins: [pin] });
    else near.pins.push(pin);
  }
  return clusters;
}
