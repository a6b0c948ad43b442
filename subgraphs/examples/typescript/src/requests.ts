/** What can be done with a request: its life cycle as one table, and a command for each step. Ten steps side by side make it long. */
import * as checks from './checks.ts';
import type { Commands, Input, Transaction } from './commands.ts';
import type { Row } from './context.ts';
import { NetError, badInput } from './errors.ts';
import { minutesBetween } from './times.ts';

const open = ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'];
const closed = ['RESOLVED', 'REJECTED'];
const dayMs = 86_400_000;

/** A category's own period, in days: by when it is to be resolved, from its submission. */
const periodDays: Readonly<Record<string, number>> = {
  WAGES: 15,
  CONTRACT: 15,
  SAFETY: 7,
  INSURANCE: 20,
  MEDICAL: 15,
  HARDSHIP: 20,
  EMPLOYMENT: 30,
  LEGAL: 30,
  SERVICE: 7,
  OTHER: 15,
};

/** What a step does beyond the change of status: columns, what its event says, a line in the history. */
interface Effect {
  readonly change?: Readonly<Record<string, unknown>>;
  readonly data?: object;
  readonly rating?: number;
  readonly supervision?: boolean;
}

interface Step {
  readonly actors: readonly string[];
  /** The statuses in which it is allowed. */
  readonly from: readonly string[];
  /** The one that it leads to; null: no change. */
  readonly to: string | null;
  readonly event: string;
  readonly effect?: (
    transaction: Transaction,
    request: Row,
    given: Input,
  ) => Effect | Promise<Effect>;
}

const officer = ['OFFICER'];
const workerOrOfficer = ['WORKER', 'OFFICER'];

const steps: Readonly<Record<string, Step>> = {
  verifyServiceRequest: { actors: officer, from: ['SUBMITTED'], to: 'VERIFIED', event: 'verified' },
  dispatchServiceRequest: {
    actors: officer,
    from: ['VERIFIED'],
    to: 'DISPATCHED',
    event: 'dispatched',
    effect: async (transaction, _request, given) => {
      const wanted = String(given['organizationId']);
      const { id } = await transaction.existing('organization', 'union_org', wanted);
      return { change: { handled_by: id } };
    },
  },
  acceptServiceRequest: {
    actors: officer,
    from: ['DISPATCHED'],
    to: 'ACCEPTED',
    event: 'accepted',
    effect: accept,
  },
  resolveServiceRequest: {
    actors: officer,
    from: ['ACCEPTED'],
    to: 'RESOLVED',
    event: 'resolved',
    effect: ({ now }, request) => ({
      change: { resolved: now, closed: now },
      data: closing(request, now),
    }),
  },
  rejectServiceRequest: {
    actors: officer,
    from: open,
    to: 'REJECTED',
    event: 'rejected',
    effect: ({ now }, request) => ({ change: { closed: now }, data: closing(request, now) }),
  },
  rateServiceRequest: {
    actors: ['WORKER'],
    from: closed,
    to: 'RATED',
    event: 'rated',
    effect: (_transaction, _request, given) => {
      const rating = Number(given['rating']);
      if (rating < 1 || rating > 5) {
        throw badInput(`\`rating: ${rating}\` is out of range: from 1 to 5.`);
      }
      return { change: { stars: rating }, data: { value: rating }, rating };
    },
  },
  reopenServiceRequest: {
    actors: workerOrOfficer,
    from: [...closed, 'RATED'],
    to: 'ACCEPTED',
    event: 'reopened',
    effect: (_transaction, request) => ({
      change: {
        resolved: null,
        closed: null,
        stars: null,
        times_reopened: Number(request['reopenedCount']) + 1,
      },
    }),
  },
  superviseServiceRequest: {
    actors: ['OFFICER', 'SYSTEM'],
    from: open,
    to: null,
    event: 'supervised',
    effect: () => ({ change: { watched: true }, supervision: true }),
  },
  addServiceRequestFeedback: {
    actors: workerOrOfficer,
    from: [...open, ...closed, 'RATED'],
    to: null,
    event: 'feedback',
    effect: (_transaction, _request, given) => {
      if (given['note'] == null) throw badInput('`note` is missing: feedback is a text.');
      return {};
    },
  },
};

export const requestCommands: Commands = {
  submitServiceRequest: {
    payload: 'serviceRequest',
    actors: ['WORKER', 'OFFICER', 'SYSTEM'],
    command: submit,
  },
  ...Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [
      name,
      {
        payload: 'serviceRequest',
        actors: step.actors,
        command: (transaction, given) => take(transaction, name, step, given),
      },
    ]),
  ),
};

async function submit(transaction: Transaction, given: Input): Promise<Row> {
  const { platform, actor, now } = transaction;
  const { category, channel } = given as { category: string; channel: string };
  const textOf = (field: string) => given[field] as string | null | undefined;
  checks.thisPlatform(platform, String(given['platform']));
  const place = checks.servedPlace(platform, String(given['placeCode']));
  const name = checks.optionalText('applicantName', textOf('applicantName'), 100);
  const phone = checks.optionalPhone('applicantPhone', textOf('applicantPhone'));
  const title = checks.text('title', String(given['title']), 200);
  const description = checks.optionalText('description', textOf('description'), 5_000);
  const id = transaction.newId('request');
  const due = new Date(now.getTime() + (periodDays[category] ?? 15) * dayMs);
  const person = actor.kind === 'WORKER' ? actor.reference : null;
  await transaction.insert('help_request', {
    id,
    subject: title,
    category,
    came_by: channel,
    state: 'SUBMITTED',
    area_code: place,
    filed: now,
    changed: now,
    due,
    applicant: name,
    applicant_tel: phone,
    details: description,
    applicant_ref: person,
  });
  await log(transaction, id, 'STATUS', { to_state: 'SUBMITTED' });
  // People are counted in this type of event: the sidecar counts the worker, and names nobody.
  await transaction.emit('onenet.request.submitted', { place, category, channel }, person);
  return transaction.existing('service_request', 'help_request', id);
}

async function take(
  transaction: Transaction,
  name: string,
  { from, to, event, effect }: Step,
  given: Input,
): Promise<Row> {
  const request = await transaction.existing(
    'service_request',
    'help_request',
    String(given['id']),
  );
  const { id, status, placeCode, category, channel } = request as Record<string, string>;
  if (id === undefined || status === undefined || !from.includes(status)) {
    const wanted = from.join(' or ');
    throw new NetError(
      'WRONG_STATE',
      `${name} is not possible: the request is ${status}, and would have to be ${wanted}.`,
      { status },
    );
  }
  const found = (await effect?.(transaction, request, given)) ?? {};
  const note = checks.optionalText('note', given['note'] as string | null | undefined, 2_000);
  const change = { ...found.change, state: to ?? status, changed: transaction.now };
  const columns = Object.keys(change).map((column, index) => `${column} = $${index + 2}`);
  const update = `UPDATE help_request SET ${columns.join(', ')} WHERE id = $1`;
  await transaction.do(update, id, ...Object.values(change));
  if (to !== null) await log(transaction, id, 'STATUS', { from_state: status, to_state: to });
  if (found.rating !== undefined) await log(transaction, id, 'RATING', { stars: found.rating });
  if (found.supervision) await log(transaction, id, 'SUPERVISION');
  if (note !== null) await log(transaction, id, 'FEEDBACK', { said: note });
  const data = { place: placeCode, category, channel, ...found.data };
  await transaction.emit(`onenet.request.${event}`, data);
  return transaction.existing('service_request', 'help_request', id);
}

function accept({ now }: Transaction, request: Row, given: Input): Effect {
  const due = (given['dueAt'] ?? null) as Date | null;
  if (due !== null && due <= now) {
    throw badInput(`\`dueAt: ${due.toISOString()}\` is not after now, ${now.toISOString()}.`);
  }
  const submitted = request['submittedAt'] as Date;
  const period = periodDays[String(request['category'])] ?? 15;
  const usual = new Date(submitted.getTime() + period * dayMs);
  const wanted = given['handler'] as string | null | undefined;
  const handler = checks.optionalText('handler', wanted, 200);
  return {
    change: { desk: handler ?? request['handler'], due: due ?? request['dueAt'] ?? usual },
    data: { value: minutesBetween(submitted, now) },
  };
}

/** Minutes from submission, and whether it was in time. */
function closing(request: Row, now: Date): object {
  const value = minutesBetween(request['submittedAt'] as Date, now);
  const due = request['dueAt'] as Date | null;
  return due === null ? { value } : { value, onTime: now <= due };
}

async function log(
  transaction: Transaction,
  request: string,
  what: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { now, actor } = transaction;
  const line = { request, what, happened: now, actor_kind: actor.kind, ...more };
  await transaction.insert('help_request_log', line);
}
