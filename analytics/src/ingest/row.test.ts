/** A line's times as raw holds them, however they were written. */
import type { EventData, FeedEvent } from '@onenet/contract';
import { expect, test } from 'vitest';
import { rawColumns, rowOf, withHead } from './row.ts';

function rowWith(
  time: string,
  data: EventData = {},
): { readonly values: unknown[]; readonly json: string } {
  const event: FeedEvent = {
    specversion: '1.0',
    id: 'e1',
    source: '/platforms/420100',
    type: 'onenet.article.read',
    time,
    datacontenttype: 'application/json',
    sequence: '00000000000000000007',
    recordedtime: '2026-11-24T10:00:00.5+08:00',
    data,
  };
  const { json } = rowOf('420100', 2, {
    kind: 'event',
    sequence: 7,
    bytes: Buffer.from(''),
    event,
  });
  return { values: JSON.parse(json) as unknown[], json };
}

test.for([
  ['2026-11-24T10:37:20.123Z', '2026-11-24 10:37:20.123'],
  ['2026-11-24T10:37:20.123+08:00', '2026-11-24 02:37:20.123'],
  ['2026-11-24T10:37:20Z', '2026-11-24 10:37:20.000'],
  ['2026-11-24T10:37:20.123456Z', '2026-11-24 10:37:20.123'],
  ['2026-02-30T00:00:00.000Z', '2026-03-02 00:00:00.000'],
  ['2026-02-29T00:00:00.000Z', '2026-03-01 00:00:00.000'],
  ['2028-02-29T00:00:00.000Z', '2028-02-29 00:00:00.000'],
  ['2026-04-31T00:00:00.000Z', '2026-05-01 00:00:00.000'],
  ['2026-12-31T23:59:59.999Z', '2026-12-31 23:59:59.999'],
  ['2026-02-27T24:00:00.000Z', '2026-02-28 00:00:00.000'],
])('%s', ([written = '', held]) => {
  const { values } = rowWith(written);
  expect(values[rawColumns.indexOf('time')]).toBe(held);
  expect(values[rawColumns.indexOf('recorded')]).toBe('2026-11-24 02:00:00.500');
});

test('a row has every column, and the last of a batch its head', () => {
  const { values, json } = rowWith('2026-11-24T10:37:20Z');
  expect(values).toHaveLength(rawColumns.length);
  const last = JSON.parse(withHead(json, 'sha-256:00')) as unknown[];
  expect(last).toEqual([...values.slice(0, -1), 'sha-256:00']);
});

test('what a balance opens is told', () => {
  const columns = ['opening_measure', 'opening_kind', 'opening_of', 'opening_value'] as const;
  const opened = (of?: 'count' | 'value'): unknown[] => {
    const measure = 'onenet.card.used';
    const opening = { measure, value: 7, asOf: '2016-08-31T00:00:00Z', kind: 'flow' } as const;
    const { values } = rowWith('2026-11-24T10:37:20Z', {
      opening: { ...opening, ...(of && { of }) },
    });
    return columns.map((column) => values[rawColumns.indexOf(column)]);
  };
  expect(opened()).toEqual(['onenet.card.used', 'flow', 'count', 7]);
  expect(opened('value')).toEqual(['onenet.card.used', 'flow', 'value', 7]);
});
