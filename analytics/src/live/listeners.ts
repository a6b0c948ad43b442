/** Who listens to the live stream. Each message is made once; who does not read is cut off alone. */
import type { ServerResponse } from 'node:http';
import { NetError } from '@onenet/contract';
import { retryLine } from './sse.ts';

/** More are refused; a gateway behind which more sit should stand before another analytics. */
const mostListeners = 2_000;
/** Who does not read this much is cut off: the browser comes back by itself. */
const maxUnreadBytes = 256 * 1024;

export class Listeners {
  readonly #all = new Set<ServerResponse>();

  get size(): number {
    return this.#all.size;
  }

  /** Begins a stream on a response. */
  add(response: ServerResponse): void {
    if (this.#all.size >= mostListeners) {
      throw new NetError('UNAVAILABLE', `The live stream has ${mostListeners} listeners already.`);
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.on('close', () => this.#all.delete(response));
    this.#all.add(response);
    response.write(retryLine);
  }

  /** To all but these. */
  write(message: Uint8Array, but: ReadonlyMap<ServerResponse, unknown>): void {
    for (const listener of this.#all) if (!but.has(listener)) this.writeTo(listener, message);
  }

  writeTo(listener: ServerResponse, message: Uint8Array): void {
    if (listener.writableLength > maxUnreadBytes) listener.destroy();
    else listener.write(message);
  }

  end(): void {
    for (const listener of this.#all) listener.end();
  }
}
