/** A platform that is held back or has left is not called one that was never connected. */
import { expect, test } from 'vitest';
import { shownState } from './feed-state.ts';

test.each([
  ['NOT_CONNECTED', 'REGISTERED', '0', 'NOT_CONNECTED'],
  ['NOT_CONNECTED', 'REGISTERED', '00000000000000000412', 'WITHDRAWN'],
  ['NOT_CONNECTED', 'MAINTENANCE', '0', 'MAINTENANCE'],
  ['NOT_CONNECTED', 'SUSPENDED', '412', 'SUSPENDED'],
  ['NOT_CONNECTED', undefined, '412', 'NOT_CONNECTED'],
  ['BEHIND', 'MAINTENANCE', '412', 'BEHIND'],
])(
  'a feed that is %s, of a platform that is %s, at %s: %s',
  (state, connection, sequence, shown) => {
    const platform = connection === undefined ? undefined : { connection };
    expect(shownState({ state, sequence }, platform)).toBe(shown);
  },
);
