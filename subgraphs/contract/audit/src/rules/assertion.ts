/** Who asks: the signed assertion of every call. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertionHeader, leafHeader, signCalls, type Signer } from '@onenet/assertion';
import { must, type Rule } from '../rule.ts';
import { cameIn, type AuditedServer } from '../server.ts';
import { auditCaller, openSigner, outwardCall } from '../sign.ts';

export const assertionRules: readonly Rule[] = [
  {
    id: 'M20',
    level: 'MUST',
    title: 'A call with a wrong assertion is refused',
    module: 'core',
    async check(server) {
      await refusedWith(server, 'by a key that nobody knows', await byUnknownKey(server), invalid);
      await refusedWith(server, 'without its leaf', { [assertionHeader]: 'e30.e30.e30' }, invalid);
      const { signer } = server;
      if (!signer) return 'expired, replayed and others’ assertions: needs --key';
      await trustedKey(server, signer);
      return await unsignedCall(server);
    },
  },
];

const body = JSON.stringify({ query: '{ __typename }' });
const invalid = 'ASSERTION_INVALID';

/** Everything but the right call at the right time, once. */
async function trustedKey(server: AuditedServer, signer: Signer): Promise<void> {
  const once = signed(server, signer);
  const first = await call(server, once);
  must(first.status === 200, 'a signed call', () => cameIn(first), 'HTTP 200.');
  await refusedWith(server, 'a second time', once, 'ASSERTION_REPLAYED');
  const before = signed(server, signer, { nowMs: Date.now() - 120_000 });
  await refusedWith(server, 'of two minutes ago', before, 'ASSERTION_EXPIRED');
  const ahead = signed(server, signer, { nowMs: Date.now() + 120_000 });
  await refusedWith(server, 'of a clock two minutes ahead', ahead, 'CLOCK_SKEW');
  const others = signed(server, signer, { owner: '000000' });
  await refusedWith(server, 'for another owner', others, invalid);
  const otherBody = signed(server, signer, { body: `${body} ` });
  await refusedWith(server, 'for another body', otherBody, invalid);
  const otherPath = signed(server, signer, { url: server.eventsUrl });
  await refusedWith(server, 'for another path', otherPath, invalid);
  const otherPart = signed(server, { ...signer, issuer: 'gateway' });
  await refusedWith(server, 'in the name of another part of the net', otherPart, invalid);
}

/** From this machine the operator may allow it; from elsewhere nobody may. */
async function unsignedCall(server: AuditedServer): Promise<string | undefined> {
  const answer = await call(server, {});
  const { hostname } = new URL(server.graphqlUrl);
  if (answer.status === 200 && /^(localhost|127\.|\[::1\])/.test(hostname)) {
    return 'unsigned calls from this machine are taken: that is the operator’s choice';
  }
  await refusedWith(server, 'not at all', {}, 'ASSERTION_REQUIRED');
  return undefined;
}

async function byUnknownKey(server: AuditedServer): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'onenet-audit-'));
  try {
    return signed(server, await openSigner(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The headers of this rule's call, or of one that differs from it. */
function signed(
  server: AuditedServer,
  signer: Signer,
  other: { nowMs?: number; owner?: string; body?: string; url?: string } = {},
): Record<string, string> {
  const asked = { method: 'POST', url: server.graphqlUrl, body, ...other };
  const covered = outwardCall(asked, other.owner ?? server.code);
  const { assertion, leaves } = signCalls(signer, auditCaller, undefined, [covered], other.nowMs);
  return { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' };
}

async function call(
  server: AuditedServer,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string }> {
  const answer = await server.call({
    method: 'POST',
    url: server.graphqlUrl,
    headers: { 'content-type': 'application/json', ...headers },
    body,
    bare: true,
  });
  return { status: answer.status, text: answer.body.toString('utf8') };
}

async function refusedWith(
  server: AuditedServer,
  how: string,
  headers: Readonly<Record<string, string>>,
  code: string,
): Promise<void> {
  const answer = await call(server, headers);
  must(
    answer.status === 401 && answer.text.includes(`"${code}"`),
    `POST ${server.graphqlUrl}, signed ${how}`,
    () => cameIn(answer),
    `HTTP 401 with the code ${code}.`,
  );
}
