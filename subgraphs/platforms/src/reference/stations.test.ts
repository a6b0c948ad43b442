/** Wuhan's 5,000 stations: one within a kilometre. */
import { haversineMetres } from '@onenet/contract';
import { expect, test } from 'vitest';
import { divisionChildren } from '../divisions.ts';
import { platformByCode } from '../platforms.ts';
import { boxAround, countyHolds } from './outlines.ts';
import type { Point } from './outlines.ts';
import { Site } from './site.ts';
import { stations } from './stations.ts';

test('practically every place in Wuhan has a station within 1 km', () => {
  const platform = platformByCode('420100')!;
  const now = new Date('2026-11-24T08:00:00Z');
  const all = [...stations(new Site(platform, { scale: 1, now }))];
  const counties = divisionChildren('420100').map((county) => county.code);
  const cells = Map.groupBy(all, cellOf);
  let [inside, near] = [0, 0];
  const { west, east, south, north } = boxAround(counties);
  for (let latitude = south; latitude < north; latitude += 0.008) {
    for (let longitude = west; longitude < east; longitude += 0.008) {
      const point = { latitude, longitude };
      if (!counties.some((county) => countyHolds(county, point))) continue;
      inside += 1;
      if (around(point).some((cell) => isNear(cells.get(cell) ?? [], point))) near += 1;
    }
  }
  expect(inside).toBeGreaterThan(8000);
  expect(near / inside).toBeGreaterThan(0.99);
  for (const station of all) expect(countyHolds(station.placeCode, station)).toBe(true);
});

function isNear(stationsInCell: readonly Point[], point: Point): boolean {
  return stationsInCell.some((station) => haversineMetres(station, point) <= 1000);
}

/** A cell of 0.02°, some 2 km. */
function cellOf({ latitude, longitude }: Point): string {
  return `${Math.floor(latitude / 0.02)} ${Math.floor(longitude / 0.02)}`;
}

function around({ latitude, longitude }: Point): readonly string[] {
  const steps = [-0.02, 0, 0.02];
  return steps.flatMap((dy) =>
    steps.map((dx) => cellOf({ latitude: latitude + dy, longitude: longitude + dx })),
  );
}
