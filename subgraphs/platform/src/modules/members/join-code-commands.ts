/** QR codes: issued, revoked, and applied by. */
import { randomBytes } from 'node:crypto';
import { assertThisPlatform, badInput, newId } from '../../checks.ts';
import { runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep } from '../../life-cycle.ts';
import { ownRecord } from '../../own-record.ts';
import { organizations, type OrganizationDoc } from '../organizations/store.ts';
import { joinCodeFacets, joinCodes, type JoinCodeDoc } from './join-codes.ts';

export interface IssueJoinCodeInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly organizationId: string;
  readonly validUntil?: Date | null | undefined;
}

export function issueJoinCode(agency: Agency, input: IssueJoinCodeInput): Promise<JoinCodeDoc> {
  return runCommand('issueJoinCode', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const { _id: organizationId, placeCode } = await ownRecord<OrganizationDoc>(
      transaction,
      organizations,
      input.organizationId,
    );
    const validUntil = input.validUntil ?? null;
    if (validUntil !== null && validUntil <= now) {
      throw badInput(
        `\`validUntil: ${validUntil.toISOString()}\` is not after now, ${now.toISOString()}.`,
      );
    }
    const code: JoinCodeDoc = {
      _id: newId(platform, 'join-code'),
      issuedAt: now,
      updatedAt: now,
      status: 'VALID',
      placeCode,
      organizationId,
      token: randomBytes(16).toString('base64url'),
      validUntil,
      applicationCount: 0,
      simulated,
      facets: joinCodeFacets({ placeCode, organizationId }),
    };
    await collection(transaction).insertOne(code, { session });
    transaction.emit('onenet.joincode.issued', { place: placeCode });
    return code;
  });
}

export interface JoinCodeStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
}

/** Posters with it lead nowhere from now on. */
export function revokeJoinCode(agency: Agency, input: JoinCodeStepInput): Promise<JoinCodeDoc> {
  return runCommand('revokeJoinCode', agency, input, async (transaction) => {
    const { session, now } = transaction;
    const code = await ownRecord<JoinCodeDoc>(transaction, joinCodes, input.id);
    assertStep(transaction.platform, 'revokeJoinCode', code.status);
    const set = { status: 'REVOKED', updatedAt: now } as const;
    await collection(transaction).updateOne({ _id: code._id }, { $set: set }, { session });
    transaction.emit('onenet.joincode.revoked', { place: code.placeCode });
    return { ...code, ...set };
  });
}

/** The code that an application came by, which counts it; its organization is the one applied to. */
export async function applyBy(transaction: Transaction, token: string): Promise<JoinCodeDoc> {
  const { session, now } = transaction;
  const code = await collection(transaction).findOneAndUpdate(
    {
      token,
      status: 'VALID',
      $or: [{ validUntil: null }, { validUntil: { $gt: now } }],
    },
    { $inc: { applicationCount: 1 }, $set: { updatedAt: now } },
    { session, returnDocument: 'after' },
  );
  if (code) return code;
  throw badInput('`joinToken` is of no QR code that holds: it is unknown, revoked or expired.');
}

function collection({ platform }: Transaction) {
  return platform.db.collection<JoinCodeDoc>(joinCodes);
}
