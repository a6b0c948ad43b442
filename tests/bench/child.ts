/** Child processes of a benchmark: each measured by itself, each gone with the block that holds it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A program that was started, and answers each message with one. */
export interface Child extends Disposable, AsyncDisposable {
  ask<T>(message: unknown): Promise<T>;
}

/** What a process has used since its start. */
export interface Usage {
  /** User and system, all threads. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** Starts a program in production mode; disposing it closes the channel, at which it ends; `await using` waits for that. */
export function startChild(program: URL, args: readonly string[] = []): Child {
  const child = fork(program, args, {
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' },
    // What runs the parent, like a test's loader, is not the child's.
    execArgv: [],
    // A line a request is logged and paid for, and not shown.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const gone = ended.then(() => Promise.reject(new Error(`${program} ended.`)));
  gone.catch(() => undefined);
  return {
    async ask<T>(message: unknown) {
      const answer = once(child, 'message') as Promise<[T]>;
      child.send(message as object);
      const [value] = await Promise.race([answer, gone]);
      return value;
    },
    [Symbol.dispose]: () => child.disconnect(),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** In the child: answers every message, and ends with the channel. */
export function answerParent(answer: (message: never) => Promise<unknown>): void {
  process.on('message', (message) => {
    void answer(message as never).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit());
}

/** What this process has used. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
}
