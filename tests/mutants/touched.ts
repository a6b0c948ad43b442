/** Which rules a wrong platform can fail at all: those of whose calls to a right one it would have spoilt something. */
import { audit, sendDirectly } from '@onenet/audit';
import type { AuditReport, Send, SendRequest, SendResponse } from '@onenet/audit';
import type { AuditedPlatform } from '../fixtures/audited-platform.ts';

interface Exchange {
  readonly request: SendRequest;
  /** Undefined: no answer came. */
  readonly response: SendResponse | undefined;
}

/** Rules, and all that passes when they are checked at a right platform, from the audit's first call on. */
export interface Recording {
  readonly rules: readonly string[];
  readonly exchanges: readonly Exchange[];
  /** None, if the platform is right. */
  readonly failed: readonly object[];
}

/** Checks the rules at a right platform. */
export async function record(
  { url, code }: Pick<AuditedPlatform, 'url' | 'code'>,
  rules: readonly string[],
): Promise<Recording> {
  const exchanges: Exchange[] = [];
  const send: Send = async (request) => {
    const response = await sendDirectly(request).catch((error: unknown) => {
      exchanges.push({ request, response: undefined });
      throw error;
    });
    exchanges.push({ request, response });
    return response;
  };
  const report = await audit({ url, code, write: true, only: rules, send });
  return { rules, exchanges, failed: failuresIn(report) };
}

/** What a report says of the rules that failed. */
export function failuresIn(report: AuditReport): readonly object[] {
  return report.rules
    .filter(({ status }) => status === 'FAIL')
    .map(({ id, sent, came, wanted }) => ({ id, sent, came, wanted }));
}

/** The rules of the recordings that hold something that is spoilt; to all others a wrong platform is a right one. */
export async function rulesTouched(
  recordings: readonly Recording[],
  spoil: (next: Send) => Send,
): Promise<readonly string[]> {
  const touched: string[] = [];
  for (const { rules, exchanges } of recordings) {
    for (const exchange of exchanges) {
      if (!(await isTouched(exchange, spoil))) continue;
      touched.push(...rules);
      break;
    }
  }
  return touched;
}

async function isTouched(
  { request, response }: Exchange,
  spoil: (next: Send) => Send,
): Promise<boolean> {
  // Nothing is known of what would have come.
  if (!response) return true;
  let passed: SendRequest | undefined;
  const came = await spoil(async (each) => {
    passed = each;
    return response;
  })(request);
  return JSON.stringify(passed) !== JSON.stringify(request) || !isSame(response, came);
}

/** An answer that is read and written again without a change is the same. */
function isSame(a: SendResponse, b: SendResponse): boolean {
  if (a === b) return true;
  if (a.status !== b.status || JSON.stringify(a.headers) !== JSON.stringify(b.headers))
    return false;
  const text = a.body.toString('utf8');
  const came = b.body.toString('utf8');
  return came === text || came === rewritten(text);
}

function rewritten(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
