/** Simulated activity: keeps the net moving, through the same commands as mutations. */
import type { Platform } from '../context.ts';

export interface Simulation {
  stop(): Promise<void>;
}

/** Starts it at a rate in events a second over all platforms. */
export function startSimulation(_platforms: readonly Platform[], _perSecond: number): Simulation {
  return { stop: () => Promise.resolve() };
}
