import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTime } from './in-time.ts';

test('what is done in time is the answer, its error too', async () => {
  expect(await inTime(Promise.resolve(7), 'ask again')).toBe(7);
  await expect(inTime(Promise.reject(new Error('no')), 'ask again')).rejects.toThrow('no');
});

test('what takes longer goes on, and the caller hears so', async () => {
  let isDone = false;
  const work = delay(200).then(() => (isDone = true));
  await expect(inTime(work, 'ask again', 1)).rejects.toMatchObject({
    message: 'It takes longer, and goes on: ask again.',
    extensions: { code: 'UNAVAILABLE' },
  });
  expect(isDone).toBe(false);
  expect(await work).toBe(true);
});

test('one that fails later breaks nothing', async () => {
  const failing = delay(20).then(() => Promise.reject(new Error('late')));
  await expect(inTime(failing, 'ask again', 1)).rejects.toThrow('goes on');
  await delay(40);
});
