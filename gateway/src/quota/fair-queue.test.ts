/** Who asks most waits for the others; nobody waits without bounds. */
import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const never = new AbortController().signal;

test('callers take turns, however many requests one has', async () => {
  const queue = new FairQueue({ atOnce: 1 });
  const order: string[] = [];
  await queue.enter('first', never);
  const enter = (caller: string) => queue.enter(caller, never).then(() => void order.push(caller));
  const all = ['flood', 'flood', 'flood', 'flood', 'a', 'b', 'a'].map(enter);
  for (let i = 0; i < all.length; i++) {
    queue.leave();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  expect(order).toEqual(['flood', 'a', 'b', 'flood', 'a', 'flood', 'flood']);
});

test('a full queue refuses; one caller cannot fill it', async () => {
  const queue = new FairQueue({ atOnce: 1, waiting: 3, waitingOfOne: 2 });
  await queue.enter('x', never);
  const waiting = [queue.enter('flood', never), queue.enter('flood', never)];
  await expect(queue.enter('flood', never)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  waiting.push(queue.enter('a', never));
  await expect(queue.enter('b', never)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const _ of waiting) queue.leave();
  await Promise.all(waiting);
});

test('who gives up, or waits too long, leaves its place to the others', async () => {
  const queue = new FairQueue({ atOnce: 1, patienceMs: 50 });
  await queue.enter('x', never);
  const gone = new AbortController();
  const left = queue.enter('gone', gone.signal);
  const late = queue.enter('late', never);
  gone.abort();
  await expect(left).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  queue.leave();
  await queue.enter('next', never);
});
