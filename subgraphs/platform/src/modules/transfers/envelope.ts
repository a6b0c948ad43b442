/** What is sealed: the record, and for which transfer, so that it is good for no other. */
import { isPlatformCode, seal } from '@onenet/contract';
import { badInput } from '../../checks.ts';
import type { Platform } from '../../context.ts';
import { openSealed } from '../core/sealing-key.ts';
import { SealedFields } from './sealed-fields.ts';
import { findSide, transferKinds, type TransferKind } from './store.ts';
import { offeredSubject, recordsOf } from './subjects.ts';

const version = 1;

/** The offer's record, sealed to the key; null once it is no longer offered. */
export async function sealedOffer(
  platform: Platform,
  { transferId, sealingKey }: { readonly transferId: string; readonly sealingKey: string },
): Promise<string | null> {
  const side = await findSide(platform.db, 'SOURCE', transferId);
  if (side?.state !== 'OFFERED' || side.kind === null || side.recordId === null) return null;
  const subject = offeredSubject(platform, side.kind);
  if (!subject) return null;
  const record = await recordsOf(platform, subject).findOne({ _id: side.recordId });
  if (record?.status !== 'IN_TRANSFER') return null;
  return seal(sealingKey, {
    v: version,
    transferId,
    kind: side.kind,
    from: platform.definition.code,
    to: side.other,
    recordId: side.recordId,
    record: subject.contents(record, side.statusBefore ?? ''),
  });
}

/** Opens what was sealed to this platform, and makes sure that it is of this transfer. */
export async function openedOffer(
  platform: Platform,
  input: { readonly transferId: string; readonly from: string; readonly sealed: string },
): Promise<{ readonly kind: TransferKind; readonly record: SealedFields }> {
  const fields = new SealedFields(await openSealed(platform, input.sealed), 'sealed');
  fields.integer('v', version, version);
  fields.oneOf('transferId', [input.transferId]);
  fields.oneOf('from', [input.from]);
  fields.oneOf('to', [platform.definition.code]);
  return { kind: fields.oneOf('kind', transferKinds), record: fields.object('record') };
}

/** The platform on the other side: never this one. */
export function otherPlatform({ definition }: Platform, field: string, code: string): string {
  if (isPlatformCode(code) && code !== definition.code) return code;
  throw badInput(`\`${field}: "${code}"\` is no other platform's code.`);
}
