/** A platform's own access record, read at the platform: signed, at a checked address, page by page. */
import type { AccessLine } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import { AddressRefused, checkAddress, type AddressPolicy } from '../address/check-address.ts';
import { createSender } from '../address/sender.ts';
import type { Directory } from '../directory.ts';
import type { Sign } from '../registry/probe.ts';
import { unknownPlatform } from '../registry/store.ts';

/** How platforms are reached. */
export interface OwnerCalls {
  readonly directory: Directory;
  readonly policy: AddressPolicy;
  readonly sign: Sign;
  readonly signal: AbortSignal;
}

/** Lines after a sequence. */
export interface OwnerPage {
  readonly lines: readonly AccessLine[];
  /** How many there were when it was asked: reading makes more. */
  readonly last: number;
}

const timeoutMs = 30_000;

export async function ownerLines(
  { directory, policy, sign, signal }: OwnerCalls,
  code: string,
  after: number,
  limit: number,
): Promise<OwnerPage> {
  const entry = directory.platform(code);
  if (!entry) throw unknownPlatform(code);
  const url = directory.addressOf(entry);
  if (url === null) throw new NetError('NOT_CONNECTED', `${code} has no address yet.`);
  try {
    // An address by offset is the operator's own.
    const allowed = entry.url === null ? { ...policy, development: true, allowHosts: [] } : policy;
    const sender = createSender(await checkAddress(url, allowed), signal);
    try {
      const target = new URL(`${url}/access?after=${after}&limit=${limit}`);
      const path = target.pathname + target.search;
      const headers = sign({ owner: code, method: 'GET', path, body: '' });
      const answer = await sender.send({ method: 'GET', url: target.href, headers, timeoutMs });
      const last = Number(answer.headers['onenet-last-sequence']);
      if (answer.status !== 200 || !Number.isSafeInteger(last)) {
        throw unavailable(code, `answers ${answer.status} at /access`);
      }
      return { lines: linesIn(code, answer.body), last };
    } finally {
      await sender.close();
    }
  } catch (error) {
    if (error instanceof NetError) throw error;
    if (error instanceof AddressRefused) throw unavailable(code, `has an address that is refused`);
    throw unavailable(code, 'does not answer at /access');
  }
}

/** What it says is judged by whoever reads it; here only that it is of the form. */
function linesIn(code: string, body: Buffer): readonly AccessLine[] {
  const texts = body.toString('utf8').split('\n').slice(0, -1);
  return texts.map((text) => {
    const { sequence, line, head } = JSON.parse(text) as Partial<Record<keyof AccessLine, unknown>>;
    if (!Number.isSafeInteger(sequence) || typeof line !== 'string' || typeof head !== 'string') {
      throw unavailable(code, 'answers something else at /access');
    }
    return { sequence: Number(sequence), line, head };
  });
}

function unavailable(code: string, what: string): NetError {
  return new NetError('UNAVAILABLE', `Platform ${code} ${what}.`);
}
