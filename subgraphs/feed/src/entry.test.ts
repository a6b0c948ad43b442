import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OutboxEntryError, outboxEntry } from './entry.ts';
import type { OutboxEntryInput } from './entry.ts';
import { eventFaults } from './event.ts';
import type { EventFault } from './event.ts';

const time = new Date('2016-08-31T12:00:00+08:00');
const liked = { type: 'onenet.article.liked', time } as const;

/** What a writer without types could bring. */
const input = (value: unknown): OutboxEntryInput => value as OutboxEntryInput;

test('an entry gets an id, and no undefined key, which the driver would store as null', () => {
  const data = input({ ...liked, data: { place: '420102', category: undefined }, person: null });
  const entry = outboxEntry(data);
  expect(entry._id).toMatch(/^[0-9a-f-]{36}$/);
  expect(entry).toStrictEqual({ _id: entry._id, ...liked, data: { place: '420102' } });
});

/** A balance of something that has none. */
function opening(measure: string, of: string) {
  const data = { opening: { measure, of, value: 1, asOf: time.toISOString(), kind: 'flow' } };
  return { type: 'onenet.opening', time, data };
}

test('a balance opens the number of events, or the sum of their fen', () => {
  for (const of of ['count', 'value']) {
    expect(outboxEntry(input(opening('onenet.aid.paid', of))).data.opening?.of).toBe(of);
  }
});

test.each<[EventFault, unknown]>([
  ['UNKNOWN_TYPE', { time }],
  ['UNKNOWN_TYPE', { type: 'constructor', time }],
  ['BAD_TIME', { type: 'onenet.article.liked' }],
  ['BAD_TIME', { ...liked, time: new Date(Number.NaN) }],
  ['BAD_TIME', { ...liked, time: new Date('1969-12-31T23:59:59Z') }],
  ['BAD_TIME', { ...liked, time: new Date(0) }],
  ['BAD_TIME', { ...liked, time: new Date('1970-12-31T23:59:59.999Z') }],
  ['BAD_TIME', { ...liked, time: new Date('2105-01-01T00:00:00Z') }],
  ['BAD_ID', { ...liked, id: '420100:article-7' }],
  ['FORBIDDEN_KEY', { ...liked, data: { person: 'worker-7' } }],
  ['FORBIDDEN_KEY', { ...liked, data: { name: '张三' } }],
  ['BAD_PLACE', { ...liked, data: { place: '武汉' } }],
  ['BAD_PLACE', { ...liked, data: { place: '42010' } }],
  ['BAD_CATEGORY', { ...liked, data: { category: '13800000000' } }],
  ['BAD_CATEGORY', { ...liked, data: { category: '420100:article-7' } }],
  ['BAD_CHANNEL', { ...liked, data: { channel: 'a b' } }],
  ['BAD_COUNT', { ...liked, data: { count: 2 } }],
  ['BAD_COUNT', { ...liked, data: { count: 0 } }],
  ['BAD_COUNT', { ...liked, type: 'onenet.article.read', data: { count: -3 } }],
  ['BAD_COUNT', { ...liked, type: 'onenet.article.read', data: { count: 1.5 } }],
  ['BAD_COUNT', { ...liked, type: 'onenet.article.read', data: { count: 2_147_483_648 } }],
  ['BAD_VALUE', { ...liked, data: { value: 1 } }],
  ['BAD_VALUE', { ...liked, type: 'onenet.request.rated', data: { value: 6 } }],
  ['BAD_VALUE', { ...liked, type: 'onenet.aid.paid', data: { value: 0.5 } }],
  ['BAD_ON_TIME', { ...liked, data: { onTime: true } }],
  [
    'BAD_FIRSTS',
    { ...liked, data: { firsts: { day: 1, week: 1, month: 1, quarter: 1, year: 1 } } },
  ],
  ['BAD_OPENING', { ...liked, type: 'onenet.opening' }],
  ['BAD_OPENING', { ...liked, data: { opening: {} } }],
  ['BAD_OPENING', opening('onenet.aid.paid', 'both')],
  ['BAD_OPENING', opening('onenet.request.resolved', 'value')],
  ['BAD_OPENING', opening('onenet.article.liked', 'value')],
  ['BAD_SIMULATED', { ...liked, data: { simulated: false } }],
  ['BAD_PERSON', { ...liked, person: '' }],
  ['BAD_PERSON', { ...liked, type: 'onenet.station.opened', person: 'worker-7' }],
  ['BAD_PERSON', { ...liked, person: 'worker-7', corrects: '00000000000000000001' }],
  ['BAD_CORRECTS', { ...liked, corrects: '1' }],
])('%s: %j', (fault, value) => {
  expect(() => outboxEntry(input(value))).toThrow(OutboxEntryError);
  expect(() => outboxEntry(input(value))).toThrow(fault);
});

test('a correction may take back', () => {
  const entry = outboxEntry({
    type: 'onenet.article.read',
    time,
    data: { count: -40 },
    corrects: '00000000000000000012',
  });
  expect(entry.data.count).toBe(-40);
});

test('the contract names every fault', () => {
  const text = readFileSync(new URL('../../contract/FEED.md', import.meta.url), 'utf8');
  for (const fault of eventFaults) expect(text).toContain(`\`${fault}\``);
});
