import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

test('so many at once, the others in their order', async () => {
  const turns = new Turns(2);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, signal = never) =>
    turns.take(() => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    }, signal);
  const left = new AbortController();
  const all = [run('a'), run('b'), run('c')];
  const gone = run('d', left.signal);
  all.push(run('e'));
  expect(started).toEqual(['a', 'b']);

  left.abort();
  await expect(gone).rejects.toThrow('no longer asked');
  ends.get('b')?.();
  await all[1];
  expect(started).toEqual(['a', 'b', 'c']);
  ends.get('a')?.();
  await all[0];
  expect(started).toEqual(['a', 'b', 'c', 'e']);
  ends.get('c')?.();
  ends.get('e')?.();
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'e']);
});

test('one that fails ends its turn', async () => {
  const turns = new Turns(1);
  await expect(turns.take(() => Promise.reject(new Error('down')), never)).rejects.toThrow('down');
  expect(await turns.take(() => Promise.resolve(1), never)).toBe(1);
});
