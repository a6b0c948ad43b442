/** Runs the checks of SDL in a worker thread: one after another, each within its time. */
import { Worker } from 'node:worker_threads';
import { NetError } from '@onenet/contract';
import type { NetComposition, PlatformAdditions } from '../supergraph.ts';
import type { Composition, sdlChecks } from './sdl-checks.ts';
import type { CheckAnswer, CheckCall } from './worker.ts';

type Checks = typeof sdlChecks;

/** A check took longer than it may; its worker is gone, and the next one gets another. */
export class CheckTimeout extends Error {
  override readonly name = 'CheckTimeout';
}

/** Checks that may wait: more would only time out. */
const maxWaiting = 32;
/** The first start of the worker loads the composer: seconds on a small machine. */
const checkWithinMs = 20_000;
const keptCompositions = 8;

export class Checker {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #calls = 0;
  #isClosed = false;
  readonly #compositions = new Map<string, Promise<Composition>>();
  /** Of these, what is there already. */
  readonly #composed = new WeakMap<Promise<Composition>, Composition>();

  check(...args: Parameters<Checks['check']>): Promise<ReturnType<Checks['check']>> {
    return this.#call('check', args);
  }

  differences(
    ...args: Parameters<Checks['differences']>
  ): Promise<ReturnType<Checks['differences']>> {
    return this.#call('differences', args);
  }

  /** Composes once for the same additions. */
  compose(additions: readonly PlatformAdditions[]): Promise<Composition> {
    const key = compositionKey(additions);
    const known = this.#compositions.get(key);
    if (known) return known;
    const composing: Promise<Composition> = this.#call('compose', [additions]);
    this.keep(additions, composing);
    composing.catch(() => this.#compositions.delete(key));
    return composing;
  }

  /** What is composed already: nothing is waited for. */
  known(additions: readonly PlatformAdditions[]): Composition | undefined {
    const composing = this.#compositions.get(compositionKey(additions));
    return composing && this.#composed.get(composing);
  }

  /** Composes all that go together; who is left out was admitted under other rules. */
  composeNet(additions: readonly PlatformAdditions[]): Promise<NetComposition> {
    return this.#call('composeNet', [additions]);
  }

  /** A composition that is known already. */
  keep(additions: readonly PlatformAdditions[], composition: Promise<Composition>): void {
    this.#compositions.set(compositionKey(additions), composition);
    composition.then(
      (composed) => this.#composed.set(composition, composed),
      () => undefined,
    );
    const [oldest] = this.#compositions.keys();
    if (this.#compositions.size > keptCompositions && oldest !== undefined) {
      this.#compositions.delete(oldest);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #call<Name extends keyof Checks>(
    name: Name,
    args: Parameters<Checks[Name]>,
  ): Promise<ReturnType<Checks[Name]>> {
    if (this.#waiting >= maxWaiting) {
      throw new NetError('UNAVAILABLE', `${maxWaiting} checks are waiting: publish again later.`);
    }
    this.#waiting++;
    const mine = this.#last.then(() => this.#ask(name, args));
    this.#last = mine.catch(() => undefined);
    try {
      return (await mine) as ReturnType<Checks[Name]>;
    } finally {
      this.#waiting--;
    }
  }

  #ask(name: CheckCall['name'], args: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new NetError('UNAVAILABLE', 'The province is stopping.');
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      const end = (error?: Error, result?: unknown) => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
        if (error) reject(error);
        else resolve(result);
      };
      const onMessage = (answer: CheckAnswer) => {
        if (answer.id !== id) return;
        if ('error' in answer) end(new Error(answer.error));
        else end(undefined, answer.result);
      };
      const onEnd = (cause: unknown) => {
        this.#worker = undefined;
        end(new Error(`The check ${name} ended unasked: ${String(cause)}`));
      };
      const timer = setTimeout(() => {
        this.#worker = undefined;
        void worker.terminate();
        end(new CheckTimeout(`The check took longer than ${checkWithinMs / 1000} s.`));
      }, checkWithinMs);
      worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
      const call: CheckCall = { id, name, args };
      worker.postMessage(call, []);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      // A stranger's SDL must not take the memory of the province.
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    // It ends with the process, and does not keep it.
    worker.unref();
    return worker;
  }
}

function compositionKey(additions: readonly PlatformAdditions[]): string {
  return JSON.stringify(additions.map(({ code, sdl }) => [code, sdl]));
}
