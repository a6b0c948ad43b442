import { expect, test } from 'vitest';
import { IdempotencyKeys } from './idempotency-keys.ts';

test('the same input has the same key, another has another', () => {
  const keys = new IdempotencyKeys();
  const first = keys.for({ id: 'g-1', reason: '到期' });
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.for({ id: 'g-1', reason: '到期' })).toBe(first);
  expect(keys.for({ id: 'g-1', reason: '误批' })).not.toBe(first);
  expect(new IdempotencyKeys().for({ id: 'g-1', reason: '到期' })).not.toBe(first);
});
