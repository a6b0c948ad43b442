/** Claims of the cards' insurance: stored, listed, decided, and paid once. */
import { assertThisPlatform, badInput, newId, optionalText } from '../../checks.ts';
import { notFound, runCommand, type Agency, type Transaction } from '../../command.ts';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import { assertStep, wrongState } from '../../life-cycle.ts';
import type { ListArgs } from '../../list.ts';
import { publicProjection } from '../../loaders.ts';
import { listOrder } from '../../order.ts';
import { assertOwnPerson, ownRecord } from '../../own-record.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { between, noRows, present, type ListedRow, type Selection } from '../../rows.ts';
import { facetsAt, facetsOf, idFacet, isAsked, type ScopeFilter } from '../../scope.ts';
import { cards, type StoredCard } from './store.ts';

export type CardClaimStatus = 'SUBMITTED' | 'APPROVED' | 'PAID' | 'REJECTED';
export const claimKinds = ['ACCIDENT', 'ILLNESS', 'HOSPITAL', 'DEATH'] as const;
export type CardClaimKind = (typeof claimKinds)[number];

export interface CardClaimDoc extends ListedRow {
  readonly submittedAt: Date;
  readonly updatedAt: Date;
  readonly status: CardClaimStatus;
  readonly kind: CardClaimKind;
  readonly cardId: string;
  readonly placeCode: string;
  readonly claimedFen: number;
  readonly approvedFen: number | null;
  readonly paidFen: number | null;
  readonly decidedAt: Date | null;
  readonly paidAt: Date | null;
  readonly simulated: boolean;
}

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredClaim extends CardClaimDoc {
  readonly personal: {
    readonly description: string | null;
    readonly notes: readonly { readonly at: Date; readonly text: string }[];
  };
}

export const claims = 'card_claims';

export function claimFacets(doc: Pick<CardClaimDoc, 'placeCode' | 'cardId'>): string[] {
  return facetsAt(doc.placeCode, doc.cardId);
}

export interface CardClaimFilter extends ScopeFilter {
  readonly statuses?: readonly CardClaimStatus[] | null | undefined;
  readonly kinds?: readonly CardClaimKind[] | null | undefined;
  readonly cardId?: string | null | undefined;
  readonly submittedFrom?: Date | null | undefined;
  readonly submittedTo?: Date | null | undefined;
}

/** Claims at this platform, within a division if one is given. */
export function claimList(
  args: ListArgs<CardClaimFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<CardClaimDoc> {
  const { filter } = args;
  const order = listOrder('cardClaims', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<CardClaimDoc>(order), args);
  const selection: Selection<CardClaimDoc> = {
    collection: claims,
    order,
    facets: facetsOf(filter, within, idFacet(filter?.cardId)),
    where: present({
      status: filter?.statuses && { $in: filter.statuses },
      kind: filter?.kinds && { $in: filter.kinds },
      submittedAt: between(filter?.submittedFrom, filter?.submittedTo),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

export interface SubmitCardClaimInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly cardId: string;
  readonly kind: CardClaimKind;
  readonly claimedFen: number;
  readonly description?: string | null | undefined;
}

export function submitCardClaim(
  agency: Agency,
  input: SubmitCardClaimInput,
): Promise<CardClaimDoc> {
  return runCommand('submitCardClaim', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const description = optionalText('description', input.description, 2_000);
    const claimedFen = aboveZero('claimedFen', input.claimedFen);
    const card = await ownRecord<StoredCard>(transaction, cards, input.cardId);
    assertOwnPerson('submitCardClaim', transaction, card.personal.person);
    assertInsured(transaction, card);
    // Of a claim and a cancellation that only read the other's record both would go through.
    await platform.db
      .collection<StoredCard>(cards)
      .updateOne({ _id: card._id }, { $set: { claimedAt: now } }, { session });
    const answer: CardClaimDoc = {
      _id: newId(platform, 'claim'),
      submittedAt: now,
      updatedAt: now,
      status: 'SUBMITTED',
      kind: input.kind,
      cardId: card._id,
      placeCode: card.placeCode,
      claimedFen,
      approvedFen: null,
      paidFen: null,
      decidedAt: null,
      paidAt: null,
      simulated,
      facets: claimFacets({ placeCode: card.placeCode, cardId: card._id }),
    };
    await collection(transaction).insertOne(
      { ...answer, personal: { description, notes: [] } },
      { session },
    );
    transaction.emit('onenet.claim.submitted', eventData(answer));
    return answer;
  });
}

export interface ApproveCardClaimInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly approvedFen: number;
}

export function approveCardClaim(
  agency: Agency,
  input: ApproveCardClaimInput,
): Promise<CardClaimDoc> {
  return takeStep('approveCardClaim', agency, input, ({ claimedFen }, { now }) => {
    const approvedFen = aboveZero('approvedFen', input.approvedFen);
    if (approvedFen > claimedFen) {
      throw badInput(`\`approvedFen: ${approvedFen}\` is more than was claimed: ${claimedFen}.`);
    }
    return { status: 'APPROVED', approvedFen, decidedAt: now };
  });
}

export interface CardClaimStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly note?: string | null | undefined;
}

/** What was approved leaves once: from APPROVED no other payment is possible. */
export function payCardClaim(agency: Agency, input: CardClaimStepInput): Promise<CardClaimDoc> {
  return takeStep('payCardClaim', agency, input, (claim, transaction) => {
    const { approvedFen } = claim;
    if (approvedFen === null) throw new Error(`${claim._id} is APPROVED without an amount.`);
    transaction.emit('onenet.claim.paid', { ...eventData(claim), value: approvedFen });
    return { status: 'PAID', paidFen: approvedFen, paidAt: transaction.now };
  });
}

export function rejectCardClaim(agency: Agency, input: CardClaimStepInput): Promise<CardClaimDoc> {
  return takeStep('rejectCardClaim', agency, input, (claim, transaction) => {
    transaction.emit('onenet.claim.rejected', eventData(claim));
    return { status: 'REJECTED', decidedAt: transaction.now };
  });
}

function takeStep(
  name: string,
  agency: Agency,
  input: CardClaimStepInput,
  change: (claim: CardClaimDoc, transaction: Transaction) => Partial<CardClaimDoc>,
): Promise<CardClaimDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const note = optionalText('note', input.note, 2_000);
    const claim = await ownRecord<StoredClaim>(transaction, claims, input.id);
    assertStep(platform, name, claim.status);
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: claim._id },
      {
        $set: { ...change(claim, transaction), updatedAt: now },
        ...(note !== null && { $push: { 'personal.notes': { at: now, text: note } } }),
      },
      { session, projection: publicProjection, returnDocument: 'after' },
    );
    if (!changed) throw notFound(claim._id, platform);
    return changed;
  });
}

function assertInsured({ platform }: Transaction, { status, functions }: StoredCard): void {
  if (status !== 'ACTIVE') throw wrongState(platform, 'submitCardClaim', 'Card', status);
  if (!functions.includes('INSURANCE')) {
    throw badInput(`\`cardId\` is a card without INSURANCE: it has ${functions.join(', ')}.`);
  }
}

function aboveZero(field: string, fen: number): number {
  if (fen < 1) throw badInput(`\`${field}: ${fen}\` is no amount: whole fen, above 0.`);
  return fen;
}

function eventData({ placeCode, kind }: CardClaimDoc) {
  return { place: placeCode, category: kind };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredClaim>(claims);
}
