/** Asking an owner, answering, returning, closing: each step is one transaction, with its event. */
import { workingDaysAfter, type EventData } from '@onenet/contract';
import { assertThisPlatform, badInput, newId, officeText, servedPlace } from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep, statusAfter } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { putUnderSupervision } from '../requests/supervised.ts';
import {
  supervisionFacets,
  supervisions,
  type SupervisionDoc,
  type SupervisionResult,
} from './store.ts';

/** Working days for an answer, where the asker gives no deadline. */
const answerDays = 5;

const longestText = 2_000;

export interface AskInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly office: string;
  readonly question: string;
  readonly requestId?: string | null | undefined;
  readonly metric?: string | null | undefined;
  readonly periodFrom?: Date | null | undefined;
  readonly periodTo?: Date | null | undefined;
  readonly value?: number | null | undefined;
  readonly placeCode?: string | null | undefined;
  readonly dueAt?: Date | null | undefined;
}

/** About a request, which is then under supervision, or about a figure. */
export function askSupervision(agency: Agency, input: AskInput): Promise<SupervisionDoc> {
  return runCommand('askSupervision', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const subject = await subjectOf(transaction, input);
    const asked: SupervisionDoc = {
      _id: newId(platform, 'supervision'),
      askedAt: now,
      updatedAt: now,
      status: 'ASKED',
      ...subject,
      office: officeText('office', input.office, 100),
      placeCode:
        input.placeCode == null ? subject.placeCode : servedPlace(platform, input.placeCode),
      question: officeText('question', input.question, longestText),
      dueAt: deadline(input.dueAt, now),
      answer: null,
      result: null,
      answeredAt: null,
      closedAt: null,
      returnedCount: 0,
      putAt: now,
      simulated,
      facets: [],
    };
    const stored = { ...asked, facets: supervisionFacets(asked) };
    await collection(transaction).insertOne(stored, { session });
    transaction.emit('onenet.supervision.asked', eventData(stored));
    return asked;
  });
}

/** By the owner's own officer. */
export function answerSupervision(
  agency: Agency,
  input: {
    readonly id: string;
    readonly idempotencyKey?: string;
    readonly answer: string;
    readonly result: SupervisionResult;
  },
): Promise<SupervisionDoc> {
  return takeStep('answerSupervision', agency, input, ({ putAt, dueAt }, { now }) => ({
    event: 'onenet.supervision.answered',
    set: {
      answer: officeText('answer', input.answer, longestText),
      result: input.result,
      answeredAt: now,
    },
    data: { value: minutesBetween(putAt, now), onTime: now <= dueAt },
  }));
}

/** The answer does not do: asked again, with a new deadline. */
export function returnSupervision(
  agency: Agency,
  input: {
    readonly id: string;
    readonly idempotencyKey?: string;
    readonly question: string;
    readonly dueAt?: Date | null | undefined;
  },
): Promise<SupervisionDoc> {
  return takeStep('returnSupervision', agency, input, ({ returnedCount }, { now }) => ({
    event: 'onenet.supervision.returned',
    set: {
      question: officeText('question', input.question, longestText),
      dueAt: deadline(input.dueAt, now),
      answeredAt: null,
      putAt: now,
      returnedCount: returnedCount + 1,
    },
  }));
}

/** Settled, or no longer asked. */
export function closeSupervision(
  agency: Agency,
  input: { readonly id: string; readonly idempotencyKey?: string },
): Promise<SupervisionDoc> {
  return takeStep('closeSupervision', agency, input, ({ status }, { now }) => ({
    event: status === 'ANSWERED' ? 'onenet.supervision.closed' : 'onenet.supervision.dropped',
    set: { closedAt: now },
  }));
}

interface StepEffect {
  readonly event: `onenet.supervision.${'answered' | 'returned' | 'closed' | 'dropped'}`;
  readonly set: Partial<SupervisionDoc>;
  /** Beside place and category. */
  readonly data?: Omit<EventData, 'firsts'>;
}

function takeStep(
  name: string,
  agency: Agency,
  input: { readonly id: string; readonly idempotencyKey?: string },
  effectOf: (supervision: SupervisionDoc, transaction: Transaction) => StepEffect,
): Promise<SupervisionDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const id = ownId(platform, input.id);
    const options = { session, projection: publicProjection };
    const supervision = await collection(transaction).findOne({ _id: id }, options);
    if (!supervision) throw notFound(id, platform);
    const step = assertStep(platform, name, supervision.status);
    const { event, set, data } = effectOf(supervision, transaction);
    const next = { ...set, status: statusAfter(step, supervision.status), updatedAt: now };
    const facets = supervisionFacets({ ...supervision, ...next });
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: id },
      { $set: { ...next, facets } },
      { ...options, returnDocument: 'after' },
    );
    if (!changed) throw notFound(id, platform);
    transaction.emit(event, { ...eventData(supervision), ...data });
    return changed;
  });
}

type Subject = Pick<
  SupervisionDoc,
  'subject' | 'requestId' | 'metric' | 'periodFrom' | 'periodTo' | 'value' | 'placeCode'
>;

async function subjectOf(transaction: Transaction, input: AskInput): Promise<Subject> {
  const { requestId, metric, value = null, periodFrom = null, periodTo = null } = input;
  if ((requestId == null) === (metric == null)) {
    throw badInput('Give either `requestId` or `metric`: a supervision is about one of them.');
  }
  if (requestId != null) {
    const figure = [value, periodFrom, periodTo].some((part) => part !== null);
    if (figure) throw badInput('`value`, `periodFrom` and `periodTo` go with `metric`.');
    const { placeCode } = await putUnderSupervision(transaction, requestId);
    const none = { metric: null, periodFrom: null, periodTo: null, value: null };
    return { subject: 'REQUEST', requestId, ...none, placeCode };
  }
  if (periodFrom && periodTo && periodFrom >= periodTo) {
    throw badInput(
      `\`periodFrom: ${periodFrom.toISOString()}\` is not before \`periodTo: ${periodTo.toISOString()}\`.`,
    );
  }
  const [seat = ''] = transaction.platform.definition.serves;
  return {
    subject: 'FIGURE',
    requestId: null,
    metric: metricName(metric ?? ''),
    periodFrom,
    periodTo,
    value,
    placeCode: seat,
  };
}

/** A platform does not know analytics' list: it checks that it is a name. */
function metricName(text: string): string {
  if (/^[a-z][A-Za-z0-9]{0,63}$/.test(text)) return officeText('metric', text, 64);
  throw badInput('`metric` is no name of a metric: 64 characters at most, like requestsOverdue.');
}

function deadline(given: Date | null | undefined, now: Date): Date {
  if (given == null) return workingDaysAfter(now, answerDays);
  if (given > now) return given;
  throw badInput(`\`dueAt: ${given.toISOString()}\` is not after now, ${now.toISOString()}.`);
}

function eventData({ placeCode, subject }: Pick<SupervisionDoc, 'placeCode' | 'subject'>) {
  return { place: placeCode, category: subject };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<SupervisionDoc>(supervisions);
}

function minutesBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000));
}
