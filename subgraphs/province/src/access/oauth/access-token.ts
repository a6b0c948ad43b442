/** The access token that a client is given: a JWT as RFC 9068 says. */
import { randomUUID } from 'node:crypto';
import type { Keys } from '@onenet/assertion';
import { accessTokenAudience, accessTokenSeconds, accessTokenType } from '@onenet/contract';
import { SignJWT } from 'jose';
import type { ClientDocument } from '../client.ts';

/** https://www.rfc-editor.org/rfc/rfc9068#section-2 */
export async function issueAccessToken(
  keys: Keys,
  issuer: string,
  { _id: client, notBefore }: ClientDocument,
  scopes: readonly string[],
): Promise<string> {
  const { kid, alg, key } = keys.current();
  // One that is asked for within the second of a revocation would be refused with those from before it.
  const iat = Math.max(Math.floor(Date.now() / 1000), notBefore);
  return await new SignJWT({ client_id: client, scope: scopes.join(' ') })
    .setProtectedHeader({ typ: accessTokenType, alg, kid })
    .setIssuer(issuer)
    .setAudience(accessTokenAudience)
    .setSubject(client)
    .setJti(randomUUID())
    .setIssuedAt(iat)
    .setExpirationTime(iat + accessTokenSeconds)
    .sign(key);
}
