/** A net in the foreground: started, announced, and stopped when it is told to. */
import type { Net } from './net.ts';

export interface Foreground {
  /** Starts it; aborting `stop` gives the start up. */
  readonly start: (stop: AbortSignal) => Promise<Net>;
  /** What is said when it is up, `seconds` after the beginning. */
  readonly announce: (net: Net, seconds: number) => string;
  /** What goes on while it is up; ends when `stop` is aborted. */
  readonly meanwhile?: (net: Net, stop: AbortSignal) => Promise<void>;
}

/** Runs the net; resolves with the exit code when it has stopped. */
export async function runUntilStopped(foreground: Foreground): Promise<number> {
  const stop = stopRequest();
  stop.addEventListener('abort', () => console.log('OneNet is stopping …'));
  const started = performance.now();
  console.log('OneNet is starting …');
  const net = await foreground.start(stop).catch((error: unknown) => {
    if (stop.aborted) return undefined;
    throw error;
  });
  if (net === undefined) {
    console.log('OneNet has stopped.');
    return 0;
  }

  console.log(foreground.announce(net, (performance.now() - started) / 1000));
  const over = new AbortController();
  const meanwhile = foreground.meanwhile?.(net, AbortSignal.any([stop, over.signal]));
  try {
    const failed = meanwhile?.then(() => aborted(stop));
    const crash = await Promise.race([net.crashed, failed ?? aborted(stop)]);
    if (crash !== undefined) console.log(crash.message);
    return crash === undefined ? 0 : 1;
  } finally {
    over.abort();
    await meanwhile?.catch(() => undefined);
    await net.stop();
    console.log('OneNet has stopped.');
  }
}

/** Aborted by Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started this one. */
function stopRequest(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  process.channel?.unref();
  return controller.signal;
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise((resolveNow) => signal.addEventListener('abort', resolveNow, { once: true }));
}
