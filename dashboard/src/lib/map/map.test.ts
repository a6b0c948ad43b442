import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { classify } from './classes.ts';
import { draw, englishNames, readTopology } from './geometry.ts';
import { freeLabels } from './labels.ts';
import { cluster } from './pins.ts';

const box = { width: 760, height: 520 };

describe('the map files', () => {
  test('17 units at the level of cities, inside the box, each with its name', async () => {
    const drawing = draw(await file('hubei-cities'), null, box);
    expect(drawing?.units).toHaveLength(17);
    for (const { path, label, name, nameEn, room } of drawing?.units ?? []) {
      expect(path).toMatch(/^M[\d.]/u);
      expect(name).not.toBe('');
      expect(nameEn).not.toBe('');
      expect(room).toBeGreaterThan(20);
      expect(room).toBeLessThan(box.width / 2);
      expect(label.x).toBeGreaterThan(0);
      expect(label.x).toBeLessThan(box.width);
      expect(label.y).toBeGreaterThan(0);
      expect(label.y).toBeLessThan(box.height);
    }
  });

  test('cities have English names, counties none', async () => {
    expect(englishNames(await file('hubei-cities')).get('420600')).toBe('Xiangyang');
    expect(englishNames(await file('hubei-counties')).size).toBe(0);
  });

  test('the 13 districts of Wuhan, and nothing where a place has no counties', async () => {
    const counties = await file('hubei-counties');
    expect(draw(counties, '420100', box)?.units).toHaveLength(13);
    expect(draw(counties, '420106', box)).toBeNull();
  });

  test('what is no TopoJSON is refused', () => {
    expect(() => readTopology({ type: 'FeatureCollection' })).toThrow('expected TopoJSON');
  });
});

describe('classes', () => {
  test('about as many in each, limits of two digits', () => {
    const { limits, classOf } = classify([1, 2, 3, 4, 5, 6, 7, 8, 9, 1234]);
    expect(limits).toEqual([3, 5, 7, 9]);
    expect([1, 3, 8, 1234].map((value) => classOf(value))).toEqual([0, 1, 3, 4]);
  });

  test('fewer where values are equal, none where there are none', () => {
    expect(classify([5, 5, 5]).limits).toEqual([]);
    expect(classify([]).limits).toEqual([]);
  });
});

test('a name that would cover a larger area’s is left out', () => {
  const labels = [
    { code: 'A', text: '硚口', at: { x: 0, y: 0 }, size: 1, room: 9 },
    { code: 'B', text: '黄陂', at: { x: 20, y: 5 }, size: 9, room: 9 },
    { code: 'C', text: 'Xiantao', at: { x: 100, y: 0 }, size: 1, room: 60 },
  ];
  expect([...freeLabels(labels, 12)]).toEqual(['B', 'C']);
  expect([...freeLabels(labels, 4)]).toEqual(['B', 'A', 'C']);
});

test('a Latin name that is wider than its area is left out, and gives its place to others', () => {
  const labels = [
    { code: 'A', text: 'Shennongjia', at: { x: 0, y: 0 }, size: 9, room: 60 },
    { code: 'B', text: 'Enshi', at: { x: 30, y: 0 }, size: 1, room: 60 },
    { code: 'C', text: '神农架', at: { x: 0, y: 90 }, size: 9, room: 20 },
  ];
  expect([...freeLabels(labels, 12)]).toEqual(['C', 'B']);
  expect([...freeLabels(labels, 6)]).toEqual(['A', 'C', 'B']);
});

test('pins that would cover each other stand together', () => {
  const pins = [
    { code: 'A', name: 'a', longitude: 0, latitude: 0 },
    { code: 'B', name: 'b', longitude: 1, latitude: 0 },
    { code: 'C', name: 'c', longitude: 100, latitude: 0 },
  ];
  const clusters = cluster(pins, (x, y) => ({ x, y }));
  expect(clusters.map(({ pins: together }) => together.map((pin) => pin.code))).toEqual([
    ['A', 'B'],
    ['C'],
  ]);
});

async function file(name: string) {
  const path = new URL(`../../../static/map/${name}.topojson`, import.meta.url);
  return readTopology(JSON.parse(await readFile(path, 'utf8')));
}
