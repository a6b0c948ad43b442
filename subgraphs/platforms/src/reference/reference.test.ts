/** The reference records reproduce every published figure, on real places, without loose ends. Long, since all of it is generated once. */
import { divisionContains } from '@onenet/contract';
import { describe, expect, test } from 'vitest';
import { divisions } from '../divisions.ts';
import { platformByCode, platforms } from '../platforms.ts';
import type { PlatformDefinition } from '../definition.ts';
import type { ReferenceRecord, RequestStepRecord, ServiceRequestRecord } from '../records.ts';
import { figuresAsOf } from './calendar.ts';
import { countRecord, figureOf } from './counts.ts';
import type { Counts } from './counts.ts';
import { referenceRecords } from './reference.ts';

const now = new Date('2026-11-24T08:00:00Z');
const scale = 0.001;

/** One pass over the whole net: what the tests below look at. */
const byPlatform = new Map(
  platforms.map((platform) => [platform.code, [...referenceRecords(platform, { scale, now })]]),
);
const all = [...byPlatform.values()].flat();

function countsOf(records: Iterable<ReferenceRecord>): Counts {
  const counts: Counts = new Map();
  for (const record of records) countRecord(record, counts);
  return counts;
}

/** Figures whose records and openings do not add up to them. */
function missed(platform: PlatformDefinition, counts: Counts): readonly string[] {
  return platform.publishedFigures.flatMap((figure) => {
    const { key, demo } = figure;
    if (demo === null) return [];
    const found = figureOf(counts, figure);
    return found === demo.total ? [] : [`${platform.code} ${key}: ${found}, not ${demo.total}`];
  });
}

describe('figures', () => {
  test('at a small scale, records and openings add up to each', () => {
    const wrong = platforms.flatMap((platform) =>
      missed(platform, countsOf(byPlatform.get(platform.code) ?? [])),
    );
    expect(wrong).toEqual([]);
  });

  test('at scale 1 there is no opening balance', { timeout: 120_000 }, () => {
    for (const platform of platforms.filter((each) => each.publishedFigures.some((f) => f.demo))) {
      let openings = 0;
      const counts: Counts = new Map();
      for (const record of referenceRecords(platform, { scale: 1, now })) {
        if (record.type === 'Opening') openings += 1;
        countRecord(record, counts);
      }
      expect([platform.code, openings, missed(platform, counts)]).toEqual([platform.code, 0, []]);
    }
  });

  test('up to 20,000 they are records at any scale', () => {
    const of = (code: string) => byPlatform.get(code) ?? [];
    const stations = of('420100').filter((record) => record.type === 'Station');
    const unions = of('420600').filter(
      (record) => record.type === 'Organization' && record.kind === 'UNION',
    );
    const rights = of('420600').filter(
      (record) =>
        record.type === 'ServiceRequest' && record.category === 'LEGAL' && !record.simulated,
    );
    expect([stations.length, unions.length, rights.length]).toEqual([5000, 9488, 41]);
    const closed = rights.filter(
      (record) => record.type === 'ServiceRequest' && record.resolvedAt !== null,
    );
    expect(closed).toHaveLength(13);
  });

  test('a channel’s followers are its records and its opening balance', () => {
    const wuhan = byPlatform.get('420100') ?? [];
    const openings = wuhan.filter(
      (record) => record.type === 'Opening' && record.measure === 'onenet.channel.followed',
    );
    const channels = wuhan.filter((record) => record.type === 'MediaChannel');
    for (const { channel, follows, followerCount } of channels) {
      const opening = openings.find((each) => each.type === 'Opening' && each.channel === channel);
      const before = opening?.type === 'Opening' ? opening.value : 0;
      expect(followerCount).toBe(before + follows.length);
    }
  });
});

test('the same platform, scale and time give the same records', () => {
  for (const platform of platforms.filter((each) => each.kind !== 'CITY')) {
    const again = [...referenceRecords(platform, { scale, now })];
    expect(JSON.stringify(again)).toBe(JSON.stringify(byPlatform.get(platform.code)));
  }
});

test('requests come by mini program since there are mini programs', () => {
  const byMiniProgram = all.filter(
    (record) => record.type === 'ServiceRequest' && record.channel === 'MINI_PROGRAM',
  );
  const codes = new Set(byMiniProgram.map(({ platformCode }) => platformCode));
  expect(codes).toContain('420100');
  for (const record of byMiniProgram) {
    expect(record.type === 'ServiceRequest' && record.submittedAt.getFullYear()).toBeGreaterThan(
      2016,
    );
  }
});

test('ids are unique and the platform’s own', () => {
  expect(new Set(all.map((record) => record.id)).size).toBe(all.length);
  const foreign = all.filter(({ id, platformCode }) => !id.startsWith(`${platformCode}:`));
  expect(foreign).toEqual([]);
});

test('places exist and are served; no platform holds what a county below it serves', () => {
  const wrong = all.filter((record) => {
    const place = placeOf(record);
    if (place === undefined) return false;
    const serves = platformByCode(record.platformCode)?.serves ?? [];
    return !divisions.has(place) || !serves.some((served) => divisionContains(served, place));
  });
  expect(wrong.map((record) => record.id)).toEqual([]);
  const yidu = (byPlatform.get('420500') ?? []).filter(
    (record) =>
      divisionContains('420581', placeOf(record) ?? '') &&
      !(record.type === 'ServiceRequest' && record.status === 'TRANSFERRED'),
  );
  expect(yidu).toEqual([]);
});

test('every reference leads to a record: parents, unions, and what tombstones point to', () => {
  const ids = new Set(all.map((record) => record.id));
  const tombstones: string[] = [];
  const lost: string[] = [];
  for (const record of all) {
    lost.push(...linksOf(record).filter((link) => !ids.has(link)));
    if ('transferredToId' in record && record.transferredToId !== null) tombstones.push(record.id);
  }
  expect(lost).toEqual([]);
  expect(tombstones).toHaveLength(9);
});

test('nothing happens after now, and what figures count before their date', () => {
  const late = all.filter((record) => timesOf(record).some((time) => time > now));
  expect(late.map((record) => record.id)).toEqual([]);
  const after = all.filter(
    (record) => !isSimulated(record) && timesOf(record).some((time) => time > figuresAsOf),
  );
  expect(after.map((record) => record.id)).toEqual([]);
});

test('what passed its deadline says so, and is taken a level up in time; the rest does not', () => {
  const requests = all.filter((record) => record.type === 'ServiceRequest');
  const has = (request: ServiceRequestRecord, kind: RequestStepRecord['step']) =>
    request.history.some(({ step }) => step === kind);
  const wrong = requests.filter((request) => {
    const { status, dueAt, overdueAt, overdue } = request;
    if (status === 'TRANSFERRED') return false;
    const shouldBe = dueAt !== null && overdue;
    // A sweep notices it a moment later.
    const isNoticed = !shouldBe || overdueAt !== null || now.getTime() - dueAt.getTime() < 60_000;
    return !isNoticed || (!shouldBe && overdueAt !== null);
  });
  expect(wrong.map(({ id }) => id)).toEqual([]);
  const late = requests.filter((request) => has(request, 'OVERDUE'));
  expect(late.length).toBeGreaterThan(50);
  expect(late.every((request) => has(request, 'REMINDER'))).toBe(true);
  const escalated = requests.filter(({ escalationLevel }) => escalationLevel > 0);
  expect(escalated.length).toBeGreaterThan(20);
  expect(escalated.every((request) => has(request, 'OVERDUE'))).toBe(true);
});

test('histories run in order, from the submission to the status', () => {
  const wrong = all.filter((record) => {
    if (record.type !== 'ServiceRequest' || record.status === 'TRANSFERRED') return false;
    const times = record.history.map((step) => step.at.getTime());
    const moves = record.history.filter((step) => step.step === 'STATUS');
    const chained = moves.every((move, n) => move.from === (moves[n - 1]?.to ?? null));
    const inOrder = times.every((time, n) => n === 0 || time >= (times[n - 1] ?? 0));
    return !chained || !inOrder || moves.at(-1)?.to !== record.status;
  });
  expect(wrong.map((record) => record.id)).toEqual([]);
});

test('recent activity shows every status, weekdays, daylight, and a year ago', () => {
  const recent = all.filter((record) => record.type === 'ServiceRequest' && record.simulated);
  const requests = recent.filter((record) => record.type === 'ServiceRequest');
  expect(new Set(requests.map((request) => request.status)).size).toBe(8);
  const hours = requests.map((request) => (request.submittedAt.getUTCHours() + 8) % 24);
  const share = (within: (hour: number) => boolean) => hours.filter(within).length / hours.length;
  expect(share((hour) => hour >= 8 && hour < 18)).toBeGreaterThan(0.65);
  expect(share((hour) => hour < 6)).toBeLessThan(0.05);
  const aYearAgo = requests.filter((request) => request.submittedAt < new Date('2026-01-01'));
  expect(aYearAgo.length).toBeGreaterThan(500);
});

test('members and content come only from platforms that offer them', () => {
  for (const { code, modules } of platforms) {
    const types = new Set((byPlatform.get(code) ?? []).map((record) => record.type));
    expect(types.has('Member')).toBe(modules.includes('members'));
    expect(types.has('Article')).toBe(modules.includes('content'));
  }
});

test('a scale outside (0, 1] is refused', () => {
  const [platform] = platforms;
  for (const bad of [0, -1, 1.1, Number.NaN]) {
    expect(() => [...referenceRecords(platform!, { scale: bad, now })]).toThrow(`scale is ${bad}`);
  }
});

function placeOf(record: ReferenceRecord): string | undefined {
  if (record.type === 'MediaChannel') return undefined;
  if (record.type !== 'Record') return record.placeCode;
  const { placeCode } = record.fields;
  return typeof placeCode === 'string' ? placeCode : undefined;
}

/** The records that one names: by the contract's names of such fields, where its module has its own. */
function linksOf(record: ReferenceRecord): readonly string[] {
  if (record.type === 'Opening' || record.type === 'MediaChannel') return [];
  const fields: Readonly<Record<string, unknown>> =
    record.type === 'Record' ? record.fields : { ...record };
  return Object.entries(fields).flatMap(([name, value]) =>
    name !== 'id' && name.endsWith('Id') && typeof value === 'string' ? [value] : [],
  );
}

function isSimulated(record: ReferenceRecord): boolean {
  return record.type === 'MediaChannel' || (record.type !== 'Opening' && record.simulated);
}

function timesOf(record: ReferenceRecord): readonly Date[] {
  switch (record.type) {
    case 'Organization':
      return [record.foundedAt, record.updatedAt];
    case 'Station':
      return [record.openedAt, record.updatedAt];
    case 'ServiceRequest':
      return [record.submittedAt, record.updatedAt, ...record.history.map((step) => step.at)];
    case 'Member':
      return [record.appliedAt, record.updatedAt, record.decidedAt, record.leftAt].filter(
        (time) => time !== null,
      );
    case 'MediaChannel':
      return [record.updatedAt, ...record.follows.map((follow) => follow.at)];
    case 'Article':
      return [record.publishedAt, ...record.engagement.map((line) => line.at)];
    case 'Opening':
      return [record.asOf];
    case 'Record':
      return [record.updatedAt, ...record.events.map((event) => event.at)];
  }
}
