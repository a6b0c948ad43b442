/** Calls a checked address, and nothing else: no redirects, no other host, the very addresses that were checked. */
import type { LookupFunction } from 'node:net';
import type { Send } from '@onenet/audit';
import { Agent } from 'undici';
import type { CheckedAddress } from './check-address.ts';

export interface Sender {
  /** One call; rejects when no answer comes. A 3xx is an answer like any other. */
  readonly send: Send;
  close(): Promise<void>;
}

/** Bytes after which an answer is given up: twice what a feed may send. */
const maxBodyBytes = 16 * 1024 * 1024;

/** A sender for one publish; `signal` ends whatever it still does. */
export function createSender(address: CheckedAddress, signal: AbortSignal): Sender {
  const agent = new Agent({
    connections: 4,
    connect: { timeout: 5000, lookup: pinned(address) },
    maxResponseSize: maxBodyBytes,
  });
  const { origin } = new URL(address.url);
  return {
    send: async ({ method, url, headers, body, timeoutMs }) => {
      const target = new URL(url);
      if (target.origin !== origin) throw new Error(`${target.origin} is not ${origin}.`);
      const answer = await agent.request({
        origin,
        path: `${target.pathname}${target.search}`,
        method,
        headers: { ...headers },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        ...(body === undefined ? {} : { body }),
      });
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: Buffer.from(await answer.body.arrayBuffer()),
      };
    },
    close: () => agent.destroy(),
  };
}

/** A name is not asked for again: a second answer could lead elsewhere than the one that was checked. */
function pinned({ addresses }: CheckedAddress): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family ?? 4);
  };
}
