/** Filing, and answering: each step is one transaction, with its event. */
import { NetError, workingDaysAfter, type Caller } from '@onenet/contract';
import { MongoServerError } from 'mongodb';
import { assertThisPlatform, badInput, checkedText, newId, officeText } from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { doubted, returned, type About } from './about.ts';
import {
  correctionFacets,
  corrections,
  type CorrectionDoc,
  type CorrectionKind,
  type CorrectionStatus,
  type CorrectionTopic,
  type StoredCorrection,
} from './store.ts';

/**
 * Working days for an answer: as many as the rules on personal data leave an operator to answer who asks for a
 * correction (App违法违规收集使用个人信息行为认定方法, 2019, no. 6), since that is what most doubts come from.
 */
const answerDays = 15;

const longestText = 500;

export interface DoubtInput {
  readonly platform: string;
  readonly idempotencyKey: string;
  readonly recordId: string;
  readonly field: string;
  readonly text: string;
}

export interface ReturnInput {
  readonly platform: string;
  readonly idempotencyKey: string;
  readonly recordId: string;
  readonly topic: CorrectionTopic;
  readonly text: string;
  readonly validFrom?: Date | null | undefined;
}

export interface AnswerInput {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly answer?: string | null | undefined;
}

/** The client says that a field of a record is wrong. */
export function fileDataDoubt(agency: Agency, input: DoubtInput): Promise<CorrectionDoc> {
  return runCommand('fileDataDoubt', agency, input, async (transaction) => {
    assertThisPlatform(transaction.platform, input.platform);
    const { field } = input;
    const text = checkedText('text', input.text, longestText);
    const caller = callerOf(agency);
    const about = await doubted(transaction, caller, input);
    const said = { kind: 'DOUBT', field, topic: null } as const;
    return file(transaction, caller, about, said, { text, validFrom: null });
  });
}

/** The client gives back what it knows of a record. */
export function returnData(agency: Agency, input: ReturnInput): Promise<CorrectionDoc> {
  return runCommand('returnData', agency, input, async (transaction) => {
    assertThisPlatform(transaction.platform, input.platform);
    const { topic, validFrom = null } = input;
    const text = checkedText('text', input.text, longestText);
    const caller = callerOf(agency);
    const about = await returned(transaction, caller, input.recordId);
    const said = { kind: 'RETURN', field: null, topic } as const;
    return file(transaction, caller, about, said, { text, validFrom });
  });
}

/** The record is corrected, or what was returned is taken over. */
export function confirmDataCorrection(agency: Agency, input: AnswerInput): Promise<CorrectionDoc> {
  return answer('confirmDataCorrection', agency, input);
}

/** The record is right as it is, or what was returned is not taken over. */
export function rejectDataCorrection(agency: Agency, input: AnswerInput): Promise<CorrectionDoc> {
  return answer('rejectDataCorrection', agency, input);
}

/** A record has gone to another platform: what was said of it is erased, and what was open is answered by that. */
export async function endCorrectionsOf(transaction: Transaction, recordId: string): Promise<void> {
  const { session, now } = transaction;
  const said = collection(transaction);
  for (const doc of await said.find({ facets: recordId }, { session }).toArray()) {
    if (doc.status === 'FILED') {
      const text = '记录已转到其他平台，请向现平台提出。';
      await close(transaction, doc, 'REJECTED', text);
    }
    const erased = { 'personal.text': null, 'personal.validFrom': null, updatedAt: now };
    await said.updateOne({ _id: doc._id }, { $set: erased }, { session });
  }
}

/** It has passed its deadline: said once. */
export async function tellOverdue(transaction: Transaction, doc: CorrectionDoc): Promise<void> {
  const { session, now } = transaction;
  await collection(transaction).updateOne(
    { _id: doc._id },
    { $set: { overdueAt: now, updatedAt: now } },
    { session },
  );
  transaction.emit('onenet.correction.overdue', eventData(doc));
}

async function file(
  transaction: Transaction,
  { client }: Caller,
  about: About,
  said: Pick<CorrectionDoc, 'field' | 'topic'> & { readonly kind: CorrectionKind },
  personal: StoredCorrection['personal'],
): Promise<CorrectionDoc> {
  const { platform, session, now, simulated } = transaction;
  const doc: CorrectionDoc = {
    _id: newId(platform, 'correction'),
    filedAt: now,
    updatedAt: now,
    status: 'FILED',
    client,
    ...about,
    ...said,
    dueAt: workingDaysAfter(now, answerDays),
    overdueAt: null,
    answer: null,
    answeredAt: null,
    simulated,
    facets: [],
  };
  const openKey = [client, about.recordId, said.field ?? said.topic].join(' ');
  try {
    await collection(transaction).insertOne(
      { ...doc, openKey, facets: correctionFacets(doc), personal },
      { session },
    );
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== 11_000) throw error;
    throw new NetError(
      'CONFLICT',
      `${client} has filed the same about "${about.recordId}", and it is not answered yet.`,
    );
  }
  transaction.emit('onenet.correction.filed', eventData(doc));
  return doc;
}

function answer(
  name: 'confirmDataCorrection' | 'rejectDataCorrection',
  agency: Agency,
  input: AnswerInput,
): Promise<CorrectionDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session } = transaction;
    const id = ownId(platform, input.id);
    const doc = await collection(transaction).findOne(
      { _id: id },
      { session, projection: publicProjection },
    );
    if (!doc) throw notFound(id, platform);
    const { to } = assertStep(platform, name, doc.status);
    const text = input.answer == null ? null : officeText('answer', input.answer, longestText);
    return close(transaction, doc, to as CorrectionStatus, text);
  });
}

/** The answer, with the event; what was late and not said to be is said before. */
async function close(
  transaction: Transaction,
  doc: CorrectionDoc,
  status: CorrectionStatus,
  text: string | null,
): Promise<CorrectionDoc> {
  const { platform, session, now } = transaction;
  if (doc.overdueAt === null && isLate(doc, now)) await tellOverdue(transaction, doc);
  const set = { status, answer: text, answeredAt: now, updatedAt: now };
  const facets = correctionFacets({ ...doc, ...set });
  const changed = await collection(transaction).findOneAndUpdate(
    { _id: doc._id },
    { $set: { ...set, facets }, $unset: { openKey: '' } },
    { session, projection: publicProjection, returnDocument: 'after' },
  );
  if (!changed) throw notFound(doc._id, platform);
  const minutes = Math.max(0, Math.round((now.getTime() - doc.filedAt.getTime()) / 60_000));
  const event = status === 'CONFIRMED' ? 'confirmed' : 'rejected';
  transaction.emit(`onenet.correction.${event}`, {
    ...eventData(doc),
    value: minutes,
    onTime: !isLate(doc, now),
  });
  return changed;
}

function isLate({ dueAt }: CorrectionDoc, now: Date): boolean {
  return now > dueAt;
}

function callerOf({ caller }: Agency): Caller {
  if (!caller) throw badInput('A client files a correction, and none is known.');
  return caller;
}

function eventData({ placeCode, kind }: Pick<CorrectionDoc, 'placeCode' | 'kind'>) {
  return { place: placeCode, category: kind };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredCorrection>(corrections);
}
