/** Starting a transfer: what must hold before anything is asked of the two platforms. */
import {
  NetError,
  divisionContains,
  parseDateTime,
  parseId,
  splitId,
  type ModuleName,
  type PlatformKind,
} from '@onenet/contract';
import { divisionPath, divisions } from '@onenet/platforms';
import { ObjectId } from 'mongodb';
import type { Directory } from '../directory.ts';
import { connectionOf, modulesOf } from '../registry/entry.ts';
import type { RegistryEntry } from '../registry/entry.ts';
import { unknownPlatform } from '../registry/store.ts';
import type { RecordThere, TransferPlatforms } from './platforms.ts';
import { after } from './store.ts';
import type { Transfer, TransferKind, TransferReason } from './transfer.ts';

export interface StartTransferInput {
  readonly idempotencyKey: string;
  readonly recordId: string;
  readonly to?: string | null;
  readonly placeCode?: string | null;
  readonly organizationId?: string | null;
  readonly dueAt?: string | null;
  readonly reason?: TransferReason | null;
}

/** What decides whether a transfer may start. */
export interface StartTools {
  readonly directory: Pick<Directory, 'platform' | 'platforms'>;
  readonly platforms: TransferPlatforms;
}

const dayMs = 86_400_000;
/** Acceptance needs no person, so that days are for a platform that is down. */
const defaultDays = 3;
const longestDays = 90;

/** Statuses that the contract lets an offer begin from. */
const offered: Readonly<Record<TransferKind, readonly string[]>> = {
  MEMBER: ['ACTIVE'],
  SERVICE_REQUEST: ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'],
};

/** Platforms of places, of which the deepest takes what lies in a place; the others serve their own people. */
const ofPlaces: readonly PlatformKind[] = ['PROVINCE', 'CITY', 'COUNTY', 'ZONE'];

/** The transfer that an input asks for; refused with a reason where it cannot be. */
export async function newTransfer(
  { directory, platforms }: StartTools,
  input: StartTransferInput,
  now: Date,
): Promise<Transfer> {
  const { recordId, placeCode = null, organizationId = null } = input;
  const dueAt = deadline(input.dueAt ?? null, now);
  if (placeCode !== null && !divisions.get(placeCode)) {
    throw new NetError('UNKNOWN_DIVISION', `No division has the code "${placeCode.slice(0, 20)}".`);
  }
  const source = named(directory, parseId(recordId).platform);
  const from = source._id;
  if (input.to === from) throw same(from);
  mustOffer(source, 'transfers');
  // Before the source is asked: what is wrong with the target, the input alone says.
  if (input.to != null) mustOffer(named(directory, input.to), 'transfers');

  const record = await recordAt(platforms, from, recordId);
  const target =
    input.to != null ? named(directory, input.to) : targetOf(directory, record, placeCode);
  const to = target._id;
  if (to === from) throw same(from);
  if (record.kind === 'MEMBER') mustOffer(target, 'members');
  if (placeCode !== null && !serves(target, placeCode)) {
    throw new NetError('BAD_INPUT', `\`placeCode\`: ${to} does not serve ${placeCode}.`);
  }
  if (organizationId !== null && splitId(organizationId)?.platform !== to) {
    throw new NetError('BAD_INPUT', `\`organizationId\` must be of ${to}, where the record goes.`);
  }
  return {
    _id: new ObjectId().toHexString(),
    kind: record.kind,
    recordId,
    from,
    to,
    placeCode,
    organizationId,
    reason: input.reason ?? null,
    status: 'OFFERING',
    startedAt: now,
    dueAt,
    endedAt: null,
    attempts: 0,
    tries: 0,
    problem: null,
    refusal: null,
    withdrawnFor: null,
    sealingKey: null,
    offers: 0,
    sealed: null,
    declined: false,
    targetId: null,
    nextAt: now,
    lease: null,
  };
}

function deadline(given: string | null, now: Date): Date {
  if (given === null) return after(now, defaultDays * dayMs);
  const dueAt = parseDateTime(given);
  if (dueAt > now && dueAt <= after(now, longestDays * dayMs)) return dueAt;
  throw new NetError(
    'BAD_INPUT',
    `\`dueAt\` must lie within the next ${longestDays} days, and is ${dueAt.toISOString()}.`,
  );
}

function named(directory: StartTools['directory'], code: string): RegistryEntry {
  const entry = directory.platform(code);
  if (!entry) throw unknownPlatform(code.slice(0, 40));
  const connection = connectionOf(entry);
  if (connection !== 'REGISTERED' && connection !== 'SUSPENDED') return entry;
  throw new NetError('NOT_CONNECTED', `Platform ${code} is ${connection}, and is not asked.`, {
    platform: code,
  });
}

function mustOffer(entry: RegistryEntry, module: ModuleName): void {
  if (modulesOf(entry).includes(module)) return;
  const { _id: platform } = entry;
  throw new NetError('NOT_OFFERED', `Platform ${platform} does not offer ${module}.`, { platform });
}

/** The record as it stands at its platform; one that cannot be offered is refused here, with the reason. */
async function recordAt(
  platforms: TransferPlatforms,
  platform: string,
  id: string,
): Promise<RecordThere> {
  const answered = await platforms.record(platform, id);
  if (answered.kind !== 'DONE') {
    const reason = answered.code;
    throw new NetError('OWNER_FAILED', `Platform ${platform} does not say what ${id} is.`, {
      platform,
      reason,
    });
  }
  const record = answered.value;
  if (record === null) {
    throw new NetError('NOT_FOUND', `Platform ${platform} has no member or request "${id}".`);
  }
  const { kind, status } = record;
  const allowed = offered[kind];
  if (allowed.includes(status)) return record;
  throw new NetError(
    'WRONG_STATE',
    `startTransfer is not possible: ${id} is ${status}. It is from ${allowed.join(', ')}.`,
    { status, allowed: [] },
  );
}

/** For a request that names no target: the deepest platform of the place. */
function targetOf(
  directory: StartTools['directory'],
  { kind, placeCode: own }: RecordThere,
  placeCode: string | null,
): RegistryEntry {
  const place = placeCode ?? own;
  if (kind === 'MEMBER' || place === null) {
    throw new NetError('BAD_INPUT', '`to`: a transfer of a member names the platform to go to.');
  }
  const candidates = directory
    .platforms()
    .filter((entry) => ofPlaces.includes(entry.profile.kind) && serves(entry, place))
    .filter((entry) => connectionOf(entry) !== 'REGISTERED' && connectionOf(entry) !== 'SUSPENDED')
    .filter((entry) => modulesOf(entry).includes('transfers'))
    .toSorted((a, b) => depth(b, place) - depth(a, place));
  const [deepest] = candidates;
  if (deepest) return deepest;
  throw new NetError('NOT_OFFERED', `No connected platform that serves ${place} offers transfers.`);
}

function serves({ profile }: RegistryEntry, place: string): boolean {
  return profile.serves.some((served) => divisionContains(served, place));
}

/** How near to the place what it serves lies. */
function depth({ profile }: RegistryEntry, place: string): number {
  const own = profile.serves.filter((served) => divisionContains(served, place));
  return Math.max(...own.map((served) => divisionPath(served).length));
}

function same(code: string): NetError {
  return new NetError(
    'BAD_INPUT',
    `The record lies at ${code} already: name another platform in \`to\`.`,
  );
}
