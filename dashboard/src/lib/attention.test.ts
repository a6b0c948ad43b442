import { expect, test } from 'vitest';
import { en } from '#messages/en.ts';
import { withoutAlerts } from './attention.ts';

const of = (...states: readonly string[]) =>
  withoutAlerts({ live: { feeds: states.map((state) => ({ state })) }, words: en });

test('that nothing needs attention is said of what is all in; else that it is not judged', () => {
  expect(of('OK', 'QUIET', 'NOT_CONNECTED')).toEqual({ sign: 'check', said: en.attentionNone });
  expect(of('OK', 'BEHIND', 'UNREACHABLE')).toEqual({
    sign: 'question',
    said: en.attentionNotJudged(2),
  });
});

test('while it is not known who is in, nothing is said to be well', () => {
  expect(withoutAlerts({ live: { feeds: undefined }, words: en }).sign).toBe('ring');
});
