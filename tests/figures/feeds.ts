/** Waits until the net is in: every connected feed to its end, and the self-check of all of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { data } from './figures.ts';

interface Feed {
  readonly platform: string;
  readonly state: string;
  readonly sequence: string;
  readonly lastSequence: string | null;
  readonly pending: number | null;
}

/** What the self-check says. */
export interface Checked {
  readonly ok: boolean;
  readonly platformsChecked: number;
  readonly differences: readonly unknown[];
}

/** Resolves when every connected feed is in, with all of them; the caller's own timeout is the limit. */
export async function feedsIn(gatewayUrl: string): Promise<readonly Feed[]> {
  for (;;) {
    const { feeds } = await data<{ feeds: readonly Feed[] }>(
      gatewayUrl,
      '{ feeds { platform state sequence lastSequence pending } }',
    );
    const connected = feeds.filter(({ state }) => state !== 'NOT_CONNECTED');
    if (connected.length > 0 && connected.every(isIn)) return connected;
    await delay(500);
  }
}

/** Resolves when every one of so many platforms was compared. */
export async function selfChecked(gatewayUrl: string, platforms: number): Promise<Checked> {
  for (;;) {
    const { selfCheck } = await data<{ selfCheck: Checked }>(
      gatewayUrl,
      '{ selfCheck { ok platformsChecked differences { platform what owner raw rollup } } }',
    );
    if (selfCheck.platformsChecked >= platforms) return selfCheck;
    await delay(500);
  }
}

function isIn({ sequence, lastSequence, pending }: Feed): boolean {
  return (
    lastSequence !== null && lastSequence !== '0' && sequence === lastSequence && pending === 0
  );
}
