/** What time alone brings about: requests are reminded of, found overdue, and taken a level up. Each once. */
import { inTransaction, type Transaction } from './commands.ts';
import type { Actor, Platform, Row } from './context.ts';
import { handled, open } from './life-cycles.ts';
import { workingDaysAfter } from './working-days.ts';

const clock: Actor = { kind: 'SYSTEM', reference: 'clock' };
/** Working days: from a reminder to the deadline, and from the deadline to the level above. */
const remindBefore = 1;
const escalateAfter = 3;
/** No holidays are longer: a deadline that is farther away needs no reminder yet. */
const longestBreakMs = 14 * 86_400_000;

/** Marks a request of ours, which is open and locked, if its deadline has passed and nobody has marked it. */
export async function findOverdue(transaction: Transaction, request: Row): Promise<void> {
  const { now } = transaction;
  const due = request['dueAt'] as Date | null;
  if (due === null || request['overdueAt'] !== null || due >= now) return;
  await change(transaction, request, { found_overdue: now });
  await log(transaction, request, 'OVERDUE', { actor_kind: clock.kind });
  await transaction.emit('onenet.request.overdue', eventData(request));
}

/** The columns that a reminder changes. */
export function reminder({ now }: Transaction, request: Row): Row {
  return { reminded: now, times_reminded: Number(request['remindedCount']) + 1 };
}

/** The columns that a level up changes: the organization becomes the one above it, if that is ours too. */
export async function escalation(transaction: Transaction, request: Row): Promise<Row> {
  const above = await transaction.row(
    `SELECT above.id FROM union_org JOIN union_org AS above ON above.id = union_org.belongs_to
    WHERE union_org.id = $1`,
    request['organizationId'],
  );
  const level = Number(request['escalationLevel']) + 1;
  return { levels_up: level, handled_by: above?.['id'] ?? request['organizationId'] };
}

export function eventData({ placeCode, category, channel }: Row): object {
  return { place: placeCode, category, channel };
}

/** A line of a request's history. */
export async function log(
  transaction: Transaction,
  request: Row,
  what: string,
  more: Row = {},
): Promise<void> {
  const { now, actor } = transaction;
  const line = { request: request['id'], what, happened: now, actor_kind: actor.kind };
  await transaction.insert('help_request_log', { ...line, ...more });
}

/** Changes columns of a request. */
export async function change(transaction: Transaction, request: Row, columns: Row): Promise<void> {
  const values = { ...columns, changed: transaction.now };
  const sets = Object.keys(values).map((column, index) => `${column} = $${index + 2}`);
  const update = `UPDATE help_request SET ${sets.join(', ')} WHERE id = $1`;
  await transaction.do(update, request['id'], ...Object.values(values));
}

/** What is waited for. */
interface Watch {
  /** In SQL over help_request, at a moment in milliseconds; no longer true once it has happened: so it happens once. */
  readonly pending: (nowMs: number) => string;
  readonly hasCome: (request: Row, now: Date) => boolean;
  readonly act: (transaction: Transaction, request: Row) => Promise<void>;
}

const oneOf = (statuses: readonly string[]) => statuses.map((each) => `'${each}'`).join(', ');

const watches: readonly Watch[] = [
  {
    pending: (nowMs) => `found_overdue IS NULL AND reminded IS NULL
      AND unix_ms(due) >= ${nowMs} AND unix_ms(due) < ${nowMs + longestBreakMs}`,
    hasCome: ({ due }, now) => workingDaysAfter(due as Date, -remindBefore) <= now,
    act: async (transaction, request) => {
      await change(transaction, request, reminder(transaction, request));
      await log(transaction, request, 'REMINDER');
      await transaction.emit('onenet.request.reminded', eventData(request));
    },
  },
  {
    pending: (nowMs) => `found_overdue IS NULL AND unix_ms(due) < ${nowMs}`,
    hasCome: () => true,
    act: findOverdue,
  },
  {
    pending: () =>
      `found_overdue IS NOT NULL AND NOT clock_took_up AND state IN (${oneOf(handled)})`,
    hasCome: ({ found_overdue: at }, now) => workingDaysAfter(at as Date, escalateAfter) <= now,
    act: async (transaction, request) => {
      const columns = await escalation(transaction, request);
      await change(transaction, request, { ...columns, clock_took_up: true });
      await log(transaction, request, 'ESCALATION', { level: columns['levels_up'] });
      await transaction.emit('onenet.request.escalated', eventData(request));
    },
  },
];

/** Brings about what is due at `now`. Several servers may do so at once: each request is one server's. */
export async function sweep(platform: Platform, now: Date): Promise<void> {
  for (const { pending, hasCome, act } of watches) {
    const query = `SELECT id, due, found_overdue FROM help_request
      WHERE state IN (${oneOf(open)}) AND ${pending(now.getTime())}`;
    const { rows } = await platform.pool.query<Row>(query);
    for (const { id } of rows.filter((request) => hasCome(request, now))) {
      await inTransaction({ platform, now }, clock, async (transaction) => {
        // What somebody else has locked is passed over: it is theirs, or the next sweep's.
        const locked = await transaction.row(`${query} AND id = $1 FOR UPDATE SKIP LOCKED`, id);
        if (!locked || !hasCome(locked, now)) return;
        await act(
          transaction,
          await transaction.existing('service_request', 'help_request', String(id)),
        );
      });
    }
  }
}

/** Sweeps by the clock until it is stopped. */
export function startSweeping(platform: Platform, everyMs: number): { stop: () => Promise<void> } {
  let sweeping = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping
      .then(() => sweep(platform, new Date()))
      .catch((error: unknown) => console.error('The sweep failed, and is done again:', error));
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}
