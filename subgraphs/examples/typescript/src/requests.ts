/** What can be done with a request: a command for each step of its life cycle. Twelve side by side make it long. */
import * as checks from './checks.ts';
import type { Commands, Input, Transaction } from './commands.ts';
import type { Row } from './context.ts';
import { change, escalation, eventData, findOverdue, log, reminder } from './deadlines.ts';
import { badInput } from './errors.ts';
import { statusAfter } from './life-cycles.ts';
import { minutesBetween } from './times.ts';
import { dueAfter } from './working-days.ts';

/** What a step does beyond the change of status: columns, what its event says, a line in the history. */
interface Effect {
  readonly change?: Readonly<Record<string, unknown>>;
  readonly data?: object;
  readonly line?: readonly [what: string, more?: Row];
}

interface Step {
  readonly actors: readonly string[];
  readonly event: string;
  /** Whether a worker may do so with a request of the worker's own only. */
  readonly own?: true;
  readonly effect?: (
    transaction: Transaction,
    request: Row,
    given: Input,
  ) => Effect | Promise<Effect>;
}

const officer = ['OFFICER'];
const workerOrOfficer = ['WORKER', 'OFFICER'];

const steps: Readonly<Record<string, Step>> = {
  verifyServiceRequest: { actors: officer, event: 'verified' },
  dispatchServiceRequest: {
    actors: officer,
    event: 'dispatched',
    effect: async (transaction, _request, given) => {
      const wanted = String(given['organizationId']);
      const { id } = await transaction.existing('organization', 'union_org', wanted);
      return { change: { handled_by: id } };
    },
  },
  acceptServiceRequest: {
    actors: officer,
    event: 'accepted',
    effect: accept,
  },
  resolveServiceRequest: {
    actors: officer,
    event: 'resolved',
    effect: async (transaction, request) => {
      await findOverdue(transaction, request);
      const { now } = transaction;
      return { change: { resolved: now, closed: now }, data: closing(request, now) };
    },
  },
  rejectServiceRequest: {
    actors: officer,
    event: 'rejected',
    effect: async (transaction, request) => {
      await findOverdue(transaction, request);
      return { change: { closed: transaction.now }, data: closing(request, transaction.now) };
    },
  },
  rateServiceRequest: {
    actors: ['WORKER'],
    own: true,
    event: 'rated',
    effect: (_transaction, _request, given) => {
      const rating = Number(given['rating']);
      if (rating < 1 || rating > 5) {
        throw badInput(`\`rating: ${rating}\` is out of range: from 1 to 5.`);
      }
      return {
        change: { stars: rating },
        data: { value: rating },
        line: ['RATING', { stars: rating }],
      };
    },
  },
  reopenServiceRequest: {
    actors: workerOrOfficer,
    own: true,
    event: 'reopened',
    // A new period begins, and with it what the clock has seen.
    effect: ({ now }, request) => ({
      change: {
        resolved: null,
        closed: null,
        stars: null,
        times_reopened: Number(request['reopenedCount']) + 1,
        due: dueAfter(now, String(request['category'])),
        found_overdue: null,
        reminded: null,
        clock_took_up: false,
      },
    }),
  },
  superviseServiceRequest: {
    actors: ['OFFICER', 'SYSTEM'],
    event: 'supervised',
    effect: () => ({ change: { watched: true }, line: ['SUPERVISION'] }),
  },
  remindServiceRequest: {
    actors: ['WORKER', 'OFFICER', 'SYSTEM'],
    own: true,
    event: 'reminded',
    effect: (transaction, request) => ({
      change: reminder(transaction, request),
      line: ['REMINDER'],
    }),
  },
  escalateServiceRequest: {
    actors: ['OFFICER', 'SYSTEM'],
    event: 'escalated',
    effect: async (transaction, request) => {
      const columns = await escalation(transaction, request);
      return { change: columns, line: ['ESCALATION', { level: columns['levels_up'] }] };
    },
  },
  addServiceRequestFeedback: {
    actors: workerOrOfficer,
    own: true,
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
    due: dueAfter(now, category),
    applicant: name,
    applicant_tel: phone,
    details: description,
    applicant_ref: person,
  });
  await log(transaction, { id }, 'STATUS', { to_state: 'SUBMITTED' });
  // People are counted in this type of event: the sidecar counts the worker, and names nobody.
  await transaction.emit('onenet.request.submitted', { place, category, channel }, person);
  return transaction.existing('service_request', 'help_request', id);
}

async function take(
  transaction: Transaction,
  name: string,
  { own, event, effect }: Step,
  given: Input,
): Promise<Row> {
  const id = String(given['id']);
  const request = await transaction.existing('service_request', 'help_request', id);
  if (own) await transaction.ownPerson(name, 'help_request', 'applicant_ref', id);
  const status = String(request['status']);
  const to = statusAfter(name, status);
  const found = (await effect?.(transaction, request, given)) ?? {};
  const note = checks.optionalText('note', given['note'] as string | null | undefined, 2_000);
  await change(transaction, request, { ...found.change, state: to });
  if (to !== status)
    await log(transaction, request, 'STATUS', { from_state: status, to_state: to });
  if (found.line) await log(transaction, request, ...found.line);
  if (note !== null) await log(transaction, request, 'FEEDBACK', { said: note });
  await transaction.emit(`onenet.request.${event}`, { ...eventData(request), ...found.data });
  return transaction.existing('service_request', 'help_request', id);
}

function accept({ now }: Transaction, request: Row, given: Input): Effect {
  const due = (given['dueAt'] ?? null) as Date | null;
  if (due !== null && due <= now) {
    throw badInput(`\`dueAt: ${due.toISOString()}\` is not after now, ${now.toISOString()}.`);
  }
  const submitted = request['submittedAt'] as Date;
  const usual = dueAfter(submitted, String(request['category']));
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
