/** A listener of `/live`: when its totals counted how many events. */
import { request } from 'undici';

export interface Seen extends Disposable {
  /** UTC ms of the first message whose totals count so many events; undefined while there is none. */
  whenCounted(events: number): number | undefined;
}

interface Told {
  readonly events: number;
  readonly atMs: number;
}

/** Opens the stream, and keeps what it tells until it is disposed. */
export async function listen(url: string): Promise<Seen> {
  const stopping = new AbortController();
  const { body } = await request(url, { signal: stopping.signal, bodyTimeout: 0 });
  const told: Told[] = [];
  void follow(body, told).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    whenCounted: (events) => told.find((message) => message.events >= events)?.atMs,
    [Symbol.dispose]: () => stopping.abort(),
  };
}

async function follow(body: AsyncIterable<Buffer>, told: Told[]): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    const atMs = Date.now();
    for (const message of messages) {
      const [, data] = /^data: (.*)$/m.exec(message) ?? [];
      const events = data === undefined ? undefined : engagementIn(data);
      if (events !== undefined) told.push({ events, atMs });
    }
  }
}

/** Every event of the load is a like, and counts in today's engagement. Undefined: that did not change. */
function engagementIn(data: string): number | undefined {
  const { totals } = JSON.parse(data) as { totals?: { metric: string; value: number | null }[] };
  return totals?.find(({ metric }) => metric === 'engagement')?.value ?? undefined;
}
