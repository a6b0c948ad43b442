/** The worker thread in which SDL is checked and composed, so that /net never waits for it. */
import { parentPort } from 'node:worker_threads';
import { sdlChecks } from './sdl-checks.ts';

/** One call: the name of a check with its arguments. */
export interface CheckCall {
  readonly id: number;
  readonly name: keyof typeof sdlChecks;
  readonly args: readonly unknown[];
}

export type CheckAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

parentPort?.on('message', ({ id, name, args }: CheckCall) => {
  parentPort?.postMessage(answer(id, name, args), []);
});

function answer(id: number, name: CheckCall['name'], args: readonly unknown[]): CheckAnswer {
  try {
    const check = sdlChecks[name] as (...values: readonly unknown[]) => unknown;
    return { id, result: check(...args) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
