/** QR codes by which workers apply to an organization. */
import { randomBytes } from 'node:crypto';
import { renderSVG } from 'uqr';
import * as checks from './checks.ts';
import type { Input, Transaction } from './commands.ts';
import type { Context, Row } from './context.ts';
import { badInput } from './errors.ts';
import { statusAfter } from './life-cycles.ts';

/** A new code: whoever knows its token applies to its organization. */
export async function issue(transaction: Transaction, given: Input): Promise<Row> {
  const { platform, now } = transaction;
  checks.thisPlatform(platform, String(given['platform']));
  const wanted = String(given['organizationId']);
  const { id: org, placeCode } = await transaction.existing('organization', 'union_org', wanted);
  const until = (given['validUntil'] ?? null) as Date | null;
  if (until !== null && until <= now) {
    throw badInput(
      `\`validUntil: ${until.toISOString()}\` is not after now, ${now.toISOString()}.`,
    );
  }
  const id = transaction.newId('join-code');
  await transaction.insert('join_code', {
    id,
    token: randomBytes(16).toString('base64url'),
    state: 'VALID',
    area_code: placeCode,
    org,
    issued: now,
    changed: now,
    valid_until: until,
  });
  await transaction.emit('onenet.joincode.issued', { place: placeCode });
  return transaction.existing('join_code', 'join_code', id);
}

/** The code is taken from nobody from now on. */
export async function revoke(transaction: Transaction, given: Input): Promise<Row> {
  const id = String(given['id']);
  const { status, placeCode } = await transaction.existing('join_code', 'join_code', id);
  const to = statusAfter('revokeJoinCode', String(status));
  const update = 'UPDATE join_code SET state = $2, changed = $3 WHERE id = $1';
  await transaction.do(update, id, to, transaction.now);
  await transaction.emit('onenet.joincode.revoked', { place: placeCode });
  return transaction.existing('join_code', 'join_code', id);
}

/** The code of an application, which is counted; undefined when it came without one. */
export async function appliedBy(transaction: Transaction, given: Input): Promise<Row | undefined> {
  const { joinToken, channel, organizationId } = given as Record<string, string | null>;
  if (joinToken == null) return undefined;
  if (channel !== 'QR_CODE') {
    throw badInput(`\`channel: ${channel}\` does not go with \`joinToken\`: it is QR_CODE.`);
  }
  const found = await transaction.row(
    `UPDATE join_code SET applications = applications + 1, changed = $2
    WHERE token = $1 AND state = 'VALID' AND (valid_until IS NULL OR unix_ms(valid_until) > $3)
    RETURNING id, org`,
    joinToken.replaceAll('\0', ''),
    transaction.now,
    transaction.now.getTime(),
  );
  if (!found) {
    throw badInput(
      '`joinToken` is of no QR code that holds: unknown, revoked or expired. Ask for a new one.',
    );
  }
  if (organizationId != null && organizationId !== found['org']) {
    throw badInput('`organizationId` is not that of the QR code: leave it out.');
  }
  return found;
}

/** What the QR code holds: where the platform's front end takes applications. */
export function content({ token }: Row, _given: object, { platform }: Context): string {
  return `${platform.frontEnd}/join?join=${String(token)}`;
}

/** The QR code as an image, readable with a quarter of it worn off. */
export function svg(code: Row, given: object, context: Context): string {
  return renderSVG(content(code, given, context), { ecc: 'Q' });
}
