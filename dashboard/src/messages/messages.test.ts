import { describe, expect, test } from 'vitest';
import { messages } from './messages.ts';

describe('messages', () => {
  test('English has exactly the keys of Chinese', () => {
    expect(keys(messages.en)).toEqual(keys(messages.zh));
  });

  test('English has no Chinese left in it', () => {
    const left = Object.entries(words(messages.en)).filter(([, text]) => /\p{sc=Han}/u.test(text));
    expect(left).toEqual([]);
  });
});

function keys(value: object): string[] {
  return Object.keys(words(value)).toSorted();
}

/** Path → text, with blanks filled. */
function words(value: object, path = ''): Record<string, string> {
  const entries = Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof inner === 'object' && inner !== null) return Object.entries(words(inner, at));
    return [[at, typeof inner === 'function' ? 'sentence' : String(inner)] as const];
  });
  return Object.fromEntries(entries);
}
