/** Who may operate analytics: the province, and who is on this machine. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendRefusal, type Guard } from '@onenet/assertion';
import { NetError } from '@onenet/contract';

type Admission = Extract<Awaited<ReturnType<Guard['admit']>>, { readonly kind: 'ADMITTED' }>;

/** A POST without a body; undefined where it was refused, and the refusal sent. `what` names it in errors. */
export async function admitOperator(
  guard: Guard,
  what: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Admission | undefined> {
  const wanted = { methods: ['POST'], else: `${what} is made with POST, without a body.` };
  const admission = await admitBodyless(guard, wanted, request, response);
  if (!admission) return undefined;
  if (admission.issuer !== null && admission.issuer !== 'province') {
    await admission.record({ status: 403 });
    throw new NetError('NOT_ALLOWED', `${what} is for the province to make.`);
  }
  return admission;
}

/** By these methods and without a body; `else` is told to others. Undefined where it was refused, and the refusal sent. */
export async function admitBodyless(
  guard: Guard,
  wanted: { readonly methods: readonly string[]; readonly else: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Admission | undefined> {
  const { method = '', url = '', headers, socket } = request;
  const body = await readBody(request, 0);
  if (body === undefined) return undefined;
  if (!wanted.methods.includes(method) || body === 'tooLarge') {
    throw new NetError('BAD_REQUEST', wanted.else);
  }
  const { remoteAddress } = socket;
  const admission = await guard.admit({ method, url, headers, remoteAddress, body });
  if (admission.kind === 'ADMITTED') return admission;
  sendRefusal(request, response, admission);
  return undefined;
}
