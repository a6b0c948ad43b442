/** Cadres who look after a hardship worker (结对帮扶): stored, listed, paired, ended. */
import { NetError } from '@onenet/contract';
import type { IndexDescription } from 'mongodb';
import { assertThisPlatform, checkedText, newId } from '../../checks.ts';
import { runCommand, type Agency, type Transaction } from '../../command.ts';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import { assertStep, wrongState } from '../../life-cycle.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { maskedName } from '../../mask.ts';
import { ownRecord } from '../../own-record.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { between, noRows, present, type ListedRow, type Selection } from '../../rows.ts';
import { facetsAt, facetsOf, idFacet, isAsked, type ScopeFilter } from '../../scope.ts';
import { hardshipWorkers, type HardshipWorkerDoc } from './hardship.ts';

export type CadrePairingStatus = 'ACTIVE' | 'ENDED';

export interface CadrePairingDoc extends ListedRow {
  readonly pairedAt: Date;
  readonly updatedAt: Date;
  readonly status: CadrePairingStatus;
  readonly placeCode: string;
  readonly hardshipWorkerId: string;
  readonly endedAt: Date | null;
  readonly maskedCadreName: string | null;
  readonly simulated: boolean;
}

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredPairing extends CadrePairingDoc {
  readonly personal: {
    /** The cadre's opaque number at this platform. */
    readonly cadre: string;
    readonly cadreName: string;
  };
}

export const pairings = 'cadre_pairings';

export const pairingIndexes: readonly IndexDescription[] = [
  {
    name: 'the_same_two_once',
    key: { 'personal.cadre': 1, hardshipWorkerId: 1 },
    unique: true,
    partialFilterExpression: { status: 'ACTIVE' },
  },
];

export function pairingFacets(
  doc: Pick<CadrePairingDoc, 'placeCode' | 'hardshipWorkerId'>,
): string[] {
  return facetsAt(doc.placeCode, doc.hardshipWorkerId);
}

export interface CadrePairingFilter extends ScopeFilter {
  readonly statuses?: readonly CadrePairingStatus[] | null | undefined;
  readonly hardshipWorkerId?: string | null | undefined;
  readonly pairedFrom?: Date | null | undefined;
  readonly pairedTo?: Date | null | undefined;
}

/** Pairings at this platform, within a division if one is given. */
export function pairingList(
  args: ListArgs<CadrePairingFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<CadrePairingDoc> {
  const { filter } = args;
  const order = listOrder('cadrePairings', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<CadrePairingDoc>(order), args);
  const selection: Selection<CadrePairingDoc> = {
    collection: pairings,
    order,
    facets: facetsOf(filter, within, idFacet(filter?.hardshipWorkerId)),
    where: present({
      status: filter?.statuses && { $in: filter.statuses },
      pairedAt: between(filter?.pairedFrom, filter?.pairedTo),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

export interface PairCadreInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly hardshipWorkerId: string;
  readonly cadre: string;
  readonly cadreName: string;
}

export function pairCadre(agency: Agency, input: PairCadreInput): Promise<CadrePairingDoc> {
  return runCommand('pairCadre', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const cadre = checkedText('cadre', input.cadre, 100);
    const cadreName = checkedText('cadreName', input.cadreName, 100);
    const worker = await ownRecord<HardshipWorkerDoc>(
      transaction,
      hardshipWorkers,
      input.hardshipWorkerId,
    );
    if (worker.status !== 'REGISTERED') {
      throw wrongState(platform, 'pairCadre', 'HardshipWorker', worker.status);
    }
    await assertNotPaired(transaction, cadre, worker._id);
    const answer: CadrePairingDoc = {
      _id: newId(platform, 'pairing'),
      pairedAt: now,
      updatedAt: now,
      status: 'ACTIVE',
      placeCode: worker.placeCode,
      hardshipWorkerId: worker._id,
      endedAt: null,
      maskedCadreName: maskedName(cadreName),
      simulated,
      facets: pairingFacets({ placeCode: worker.placeCode, hardshipWorkerId: worker._id }),
    };
    await collection(transaction).insertOne(
      { ...answer, personal: { cadre, cadreName } },
      { session },
    );
    transaction.emit('onenet.pairing.started', { place: answer.placeCode });
    await countPairings(transaction, worker, 1);
    return answer;
  });
}

export interface CadrePairingStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
}

export function endCadrePairing(
  agency: Agency,
  input: CadrePairingStepInput,
): Promise<CadrePairingDoc> {
  return runCommand('endCadrePairing', agency, input, async (transaction) => {
    const found = await ownRecord<StoredPairing>(transaction, pairings, input.id);
    assertStep(transaction.platform, 'endCadrePairing', found.status);
    const { personal: _personal, ...pairing } = found;
    return end(transaction, pairing);
  });
}

/** All pairings of a worker whose file is closed. */
export async function endPairingsOf(transaction: Transaction, workerId: string): Promise<void> {
  const active = await collection(transaction)
    .find<CadrePairingDoc>(
      { facets: workerId, status: 'ACTIVE' },
      { session: transaction.session, projection: { personal: 0 } },
    )
    .toArray();
  for (const pairing of active) await end(transaction, pairing);
}

async function end(transaction: Transaction, pairing: CadrePairingDoc): Promise<CadrePairingDoc> {
  const { session, now } = transaction;
  const set = { status: 'ENDED', endedAt: now, updatedAt: now } as const;
  await collection(transaction).updateOne({ _id: pairing._id }, { $set: set }, { session });
  transaction.emit('onenet.pairing.ended', { place: pairing.placeCode });
  await countPairings(
    transaction,
    await ownRecord<HardshipWorkerDoc>(transaction, hardshipWorkers, pairing.hardshipWorkerId),
    -1,
  );
  return { ...pairing, ...set };
}

/** The worker's count, and whether it now has a cadre, or none any more. */
async function countPairings(
  transaction: Transaction,
  { _id, placeCode, pairingCount }: HardshipWorkerDoc,
  change: 1 | -1,
): Promise<void> {
  const { platform, session, now } = transaction;
  await platform.db
    .collection<HardshipWorkerDoc>(hardshipWorkers)
    .updateOne({ _id }, { $inc: { pairingCount: change }, $set: { updatedAt: now } }, { session });
  if (pairingCount === 0) transaction.emit('onenet.hardship.paired', { place: placeCode });
  if (pairingCount + change === 0)
    transaction.emit('onenet.hardship.unpaired', { place: placeCode });
}

async function assertNotPaired(
  transaction: Transaction,
  cadre: string,
  hardshipWorkerId: string,
): Promise<void> {
  const active = await collection(transaction).findOne(
    { 'personal.cadre': cadre, hardshipWorkerId, status: 'ACTIVE' },
    { session: transaction.session, projection: { _id: 1 } },
  );
  if (!active) return;
  throw new NetError('CONFLICT', `The two are paired already: "${active._id}".`);
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredPairing>(pairings);
}
