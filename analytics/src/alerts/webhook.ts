/** A webhook in the form of Standard Webhooks (https://www.standardwebhooks.com): signed with HMAC-SHA256, by each secret that holds. */
import { createHmac } from 'node:crypto';
import { AddressNotPublic, publicOnly, type OwnerAddresses } from '@onenet/contract';
import { Agent, buildConnector, request } from 'undici';
import { NotTaken } from './outbox.ts';

/** Where a webhook goes. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** `whsec_…`; while they are exchanged, the new one and the old one. */
  readonly secrets: readonly string[];
}

const connectMs = 5_000;
const answerMs = 10_000;
/** What a receiver says is of no use, and is not read beyond this. */
const mostAnswerBytes = 16_384;

/** The connections to receivers, by where their addresses may lead. */
const agents: Readonly<Record<OwnerAddresses, Agent>> = {
  ANY: new Agent({ connect: { timeout: connectMs } }),
  PUBLIC: new Agent({
    connect: publicOnly((lookup) => buildConnector({ timeout: connectMs, lookup })),
  }),
};

/** Posts one message; what is not answered with 2xx is not taken. Redirects are not followed. */
export async function postWebhook(
  { url, secrets }: Webhook,
  addresses: OwnerAddresses,
  { id, body }: { readonly id: string; readonly body: string },
  nowMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const timeout = AbortSignal.timeout(answerMs);
  try {
    const { statusCode, body: answer } = await request(url, {
      dispatcher: agents[addresses],
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'OneNet-Alerts/1',
        ...signatureHeaders(secrets, id, Math.floor(nowMs / 1000), body),
      },
      body,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    await answer.dump({ limit: mostAnswerBytes });
    if (statusCode >= 200 && statusCode < 300) return;
    // 410 says, by the specification, that nothing more is wanted.
    throw new NotTaken(`HTTP ${statusCode}`, { isFinal: statusCode === 410 });
  } catch (error) {
    if (error instanceof NotTaken) throw error;
    throw new NotTaken(reasonOf(error));
  }
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: string,
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secretBytes(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** The bytes of a secret: 24 to 64 of them, as the specification has it; of others the length is 0. */
export function secretBytes(secret: string): Buffer {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : Buffer.alloc(0);
}

/** Never the error's own text: it may name what is inside the net, or hold what the other side wrote. */
function reasonOf(error: unknown): string {
  if (error instanceof AddressNotPublic) return 'the address is not public';
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z_]{3,40}$/.test(code) ? code : 'no connection';
}
