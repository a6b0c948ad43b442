import { expect, test } from 'vitest';
import { list, text } from '../api/read.ts';
import { keepSnapshot, readSnapshot } from './snapshot.ts';

const day = 86_400_000;

test('what was kept is read back with its age', () => {
  const storage = memory();
  keepSnapshot(storage, 'figures', ['a'], 1000);
  expect(readSnapshot(storage, 'figures', list(text), 2000)).toMatchObject({
    data: ['a'],
    savedAt: 1000,
  });
  expect(readSnapshot(storage, 'others', list(text), 2000)).toBeNull();
});

test('what is too old, of another shape or unreadable is not shown', () => {
  const storage = memory();
  keepSnapshot(storage, 'figures', ['a'], 0);
  expect(readSnapshot(storage, 'figures', list(text), 8 * day)).toBeNull();
  expect(readSnapshot(storage, 'figures', text, 1)).toBeNull();
  storage.setItem('onenet.snapshot.2.figures', '{');
  expect(readSnapshot(storage, 'figures', list(text), 1)).toBeNull();
});

test('a full storage does no harm', () => {
  const storage = memory();
  storage.setItem = () => {
    throw new Error('QuotaExceededError');
  };
  expect(() => keepSnapshot(storage, 'figures', ['a'], 0)).not.toThrow();
});

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
