/** What time alone brings about: the sweeps of every platform's modules, every so often, one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from './context.ts';
import { offeredModules } from './modules/modules.ts';
import { whatFailed } from './what-failed.ts';

export interface Sweeps {
  /** Resolves when none is under way any more. */
  stop(): Promise<void>;
}

/** Starts them, so many milliseconds apart; 0: none. */
export function startSweeps(platforms: readonly Platform[], everyMs: number): Sweeps {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = everyMs > 0 ? sweepUntil(platforms, everyMs, signal) : Promise.resolve();
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

/** The pause lies between two rounds, so that a slow one is never overtaken by the next. */
async function sweepUntil(
  platforms: readonly Platform[],
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (await pause(everyMs, signal)) {
    for (const platform of platforms) {
      for (const { name, sweep } of offeredModules(platform.definition.modules)) {
        if (signal.aborted) return;
        try {
          await sweep?.(platform, new Date());
        } catch (error) {
          console.error(`sweep of ${name} at ${platform.definition.code}: ${whatFailed(error)}`);
        }
      }
    }
  }
}

/** False when it was cut short. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false);
}
