/** Answers before the gateway stops waiting, for what may take longer and goes on by itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { NetError } from '@onenet/contract';

/** The gateway gives analytics 4 s: after that the caller would hear that the outcome is unknown. */
const answeredWithinMs = 3000;

/** What the work gives; UNAVAILABLE, with what to do, when it is not done in time. It is not stopped. */
export async function inTime<T>(
  work: Promise<T>,
  whatToDo: string,
  withinMs = answeredWithinMs,
): Promise<T> {
  const waited = new AbortController();
  // Who asks again hears how it ended.
  work.catch(() => undefined);
  try {
    return await Promise.race([
      work,
      delay(withinMs, undefined, { signal: waited.signal }).then((): never => {
        throw new NetError('UNAVAILABLE', `It takes longer, and goes on: ${whatToDo}.`);
      }),
    ]);
  } finally {
    waited.abort();
  }
}
