/** A platform in maintenance is not called one that was never connected. */
import { expect, test } from 'vitest';
import { shownState } from './feed-state.ts';

test.each([
  ['NOT_CONNECTED', 'REGISTERED', 'NOT_CONNECTED'],
  ['NOT_CONNECTED', 'MAINTENANCE', 'MAINTENANCE'],
  ['NOT_CONNECTED', 'SUSPENDED', 'SUSPENDED'],
  ['NOT_CONNECTED', undefined, 'NOT_CONNECTED'],
  ['BEHIND', 'MAINTENANCE', 'BEHIND'],
])('a feed that is %s, of a platform that is %s: %s', (state, connection, shown) => {
  expect(shownState({ state }, connection === undefined ? undefined : { connection })).toBe(shown);
});
