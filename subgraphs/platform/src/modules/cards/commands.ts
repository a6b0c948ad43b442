/** A card's life: issued, used, lost, replaced, cancelled. Each step is one transaction, with its events. Long, since one step ends in another. */
import { NetError } from '@onenet/contract';
import type { CardFunction } from '@onenet/platforms';
import { assertThisPlatform, badInput, newId, optionalText } from '../../checks.ts';
import {
  changeAnswers,
  notFound,
  runCommand,
  type Agency,
  type Transaction,
} from '../../command.ts';
import { assertStep, wrongState } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { maskedCardNumber, maskedName } from '../../mask.ts';
import { assertOwnPerson, ownRecord } from '../../own-record.ts';
import { members, type StoredMember } from '../members/store.ts';
import { checkedCardNumber, nextCardNumber } from './numbers.ts';
import {
  cardFacets,
  cards,
  liveStatuses,
  type CardDoc,
  type CardStatus,
  type StoredCard,
} from './store.ts';

export interface IssueCardInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly memberId: string;
  readonly kind: string;
  readonly number?: string | null | undefined;
}

export function issueCard(agency: Agency, input: IssueCardInput): Promise<CardDoc> {
  return runCommand('issueCard', agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    assertThisPlatform(platform, input.platform);
    const functions = functionsOf(transaction, input.kind);
    const given = input.number == null ? null : checkedCardNumber(input.number);
    const member = await ownRecord<StoredMember>(transaction, members, input.memberId);
    if (member.status !== 'ACTIVE')
      throw wrongState(platform, 'issueCard', 'Member', member.status);
    // Of two transactions that only read each other's records both would go through: a card, and no member.
    await platform.db
      .collection<StoredMember>(members)
      .updateOne({ _id: member._id }, { $set: { cardIssuedAt: now } }, { session });
    return insertCard(transaction, {
      kind: input.kind,
      functions,
      memberId: member._id,
      placeCode: member.placeCode,
      organizationId: member.organizationId,
      holderName: member.personal.name,
      person: member.personal.person,
      number: given,
    });
  });
}

export interface CardStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  /** Kept with the record; personal. */
  readonly note?: string | null | undefined;
}

export function reportCardLost(agency: Agency, input: CardStepInput): Promise<CardDoc> {
  return cardStep('reportCardLost', agency, input, (card, transaction, note) =>
    changeCard(transaction, card, { status: 'LOST' }, note),
  );
}

/** The new card is like the old one: of the same member, kind and functions, with a number of its own. */
export function replaceCard(agency: Agency, input: CardStepInput): Promise<CardDoc> {
  return cardStep('replaceCard', agency, input, async (card, transaction, note) => {
    const replacedById = newId(transaction.platform, 'card');
    const { holderName, person } = card.personal;
    await changeCard(transaction, card, { status: 'REPLACED', replacedById }, note);
    transaction.emit('onenet.card.ended', eventData(card));
    return insertCard(transaction, { ...card, holderName, person, number: null }, replacedById);
  });
}

export function cancelCard(agency: Agency, input: CardStepInput): Promise<CardDoc> {
  return cardStep('cancelCard', agency, input, (card, transaction, note) =>
    endCard(transaction, card, note),
  );
}

/** The cards of a member who leaves, or moves to another platform, end with the membership. */
export async function endCardsOf(transaction: Transaction, memberId: string): Promise<void> {
  const live = await cardsOf(transaction)
    .find({ memberId, status: { $in: liveStatuses } }, { session: transaction.session })
    .hint('one_live_card')
    .toArray();
  for (const card of live) await endCard(transaction, card, null);
}

/** Nothing of a card says whose it was, once the member has moved to another platform. */
export async function forgetHolderOf(transaction: Transaction, memberId: string): Promise<void> {
  const { session } = transaction;
  const own = { facets: memberId, memberId };
  const ids = await cardsOf(transaction).distinct('_id', own, { session });
  await cardsOf(transaction).updateMany(
    own,
    {
      $set: {
        maskedHolderName: null,
        'personal.holderName': null,
        'personal.person': null,
        'personal.notes': [],
      },
    },
    { session },
  );
  await changeAnswers(transaction, ids, { 'answer.maskedHolderName': null });
}

function cardStep(
  name: string,
  agency: Agency,
  input: CardStepInput,
  change: (card: StoredCard, transaction: Transaction, note: string | null) => Promise<CardDoc>,
): Promise<CardDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const note = optionalText('note', input.note, 2_000);
    const card = await ownRecord<StoredCard>(transaction, cards, input.id);
    assertOwnPerson(name, transaction, card.personal.person);
    assertStep(transaction.platform, name, card.status);
    return change(card, transaction, note);
  });
}

interface NewCard {
  readonly kind: string;
  readonly functions: readonly CardFunction[];
  readonly memberId: string | null;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly holderName: string | null;
  readonly person: string | null;
  /** Null: the platform's next. */
  readonly number: string | null;
}

async function insertCard(
  transaction: Transaction,
  draft: NewCard,
  id = newId(transaction.platform, 'card'),
): Promise<CardDoc> {
  const { session, now, simulated } = transaction;
  const { kind, functions, memberId, placeCode, organizationId, holderName, person } = draft;
  await assertNoLiveCard(transaction, memberId, kind);
  if (draft.number !== null) await assertFreeNumber(transaction, draft.number);
  const number = draft.number ?? (await nextFreeNumber(transaction));
  const card = {
    _id: id,
    issuedAt: now,
    updatedAt: now,
    status: 'ACTIVE',
    kind,
    functions,
    memberId,
    placeCode,
    organizationId,
    replacedById: null,
    firstUsedAt: null,
    lastUsedAt: null,
    useCount: 0,
    discountFen: 0,
    maskedHolderName: maskedName(holderName),
    maskedNumber: maskedCardNumber(number),
    simulated,
  } as const;
  const facets = cardFacets(card);
  const personal = { holderName, number, person, notes: [] };
  await cardsOf(transaction).insertOne({ ...card, facets, personal }, { session });
  transaction.emit('onenet.card.issued', eventData(card));
  return { ...card, facets };
}

async function endCard(
  transaction: Transaction,
  card: StoredCard,
  note: string | null,
): Promise<CardDoc> {
  const changed = await changeCard(transaction, card, { status: 'CANCELLED' }, note);
  transaction.emit('onenet.card.ended', eventData(card));
  return changed;
}

async function changeCard(
  transaction: Transaction,
  card: StoredCard,
  change: { readonly status: CardStatus; readonly replacedById?: string },
  note: string | null,
): Promise<CardDoc> {
  const { platform, session, now } = transaction;
  const changed = await cardsOf(transaction).findOneAndUpdate(
    { _id: card._id },
    {
      $set: { ...change, updatedAt: now, facets: cardFacets({ ...card, ...change }) },
      ...(note !== null && { $push: { 'personal.notes': { at: now, text: note } } }),
    },
    { session, projection: publicProjection, returnDocument: 'after' },
  );
  if (!changed) throw notFound(card._id, platform);
  return changed;
}

/** Of two that issue at once the index lets one through; the other is run again, and finds its card here. */
async function assertNoLiveCard(
  transaction: Transaction,
  memberId: string | null,
  kind: string,
): Promise<void> {
  if (memberId === null) return;
  const live = await cardsOf(transaction).findOne(
    { memberId, kind, status: { $in: liveStatuses } },
    { session: transaction.session, projection: { status: 1 } },
  );
  if (!live) return;
  throw new NetError(
    'CONFLICT',
    `The member "${memberId}" has the ${kind} card "${live._id}", which is ${live.status}: replace or cancel it first.`,
  );
}

async function assertFreeNumber(transaction: Transaction, number: string): Promise<void> {
  const taken = await cardOfNumber(transaction, number);
  if (taken) throw new NetError('CONFLICT', `The card "${taken._id}" has this number.`);
}

/** The platform's next: not one that somebody brought along before its turn came. */
async function nextFreeNumber(transaction: Transaction): Promise<string> {
  for (;;) {
    const number = await nextCardNumber(transaction);
    if (!(await cardOfNumber(transaction, number))) return number;
  }
}

function cardOfNumber(transaction: Transaction, number: string) {
  return cardsOf(transaction).findOne(
    { 'personal.number': number },
    { session: transaction.session, projection: { _id: 1 } },
  );
}

function functionsOf({ platform }: Transaction, kind: string): readonly CardFunction[] {
  const { code, cardKinds = [] } = platform.definition;
  const found = cardKinds.find((each) => each.code === kind);
  if (found) return found.functions;
  const kinds = cardKinds.map((each) => each.code).join(', ') || 'none';
  throw badInput(`\`kind: "${kind}"\` is no kind of card at ${code}, which has: ${kinds}.`);
}

/** Place and kind, as every event of a card has them. */
export function eventData({ placeCode, kind }: Pick<CardDoc, 'placeCode' | 'kind'>) {
  return { place: placeCode, category: kind };
}

function cardsOf({ platform }: Transaction) {
  return platform.db.collection<StoredCard>(cards);
}
