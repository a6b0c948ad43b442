/** Server-sent events on the wire: https://html.spec.whatwg.org/multipage/server-sent-events.html */

/** One message. Its bytes are shared by all to whom it goes. */
export function sse(event: string, data: unknown, id: string): Uint8Array {
  return Buffer.from(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** So soon a browser comes back by itself. */
export const retryLine = 'retry: 1000\n\n';

/** Keeps proxies from ending a stream on which nothing happens; a message, since a browser tells its page nothing of a comment. */
export const heartbeat = Buffer.from('event: beat\ndata: {}\n\n');
