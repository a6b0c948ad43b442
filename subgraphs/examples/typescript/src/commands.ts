/** A mutation as one transaction: who may, whether it was done before, what changes, what it says in the feed. */
import { createHash, randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Actor, Context, Platform, Row } from './context.ts';
import { NetError, badInput } from './errors.ts';
import { parseId } from './ids.ts';

export type Input = Readonly<Record<string, unknown>>;
export type Command = (transaction: Transaction, given: Input) => Promise<Row>;

/** Mutation → the one field of its payload, who may call it (the contract's @actors), what it does. */
export type Commands = Readonly<
  Record<
    string,
    { readonly payload: string; readonly actors: readonly string[]; readonly command: Command }
  >
>;

const keyDays = 7;

/** Where, and when: the same moment in record, history and event. */
type Moment = Pick<Context, 'platform' | 'now'>;

/** What a command works with. */
export class Transaction {
  readonly platform: Platform;
  readonly actor: Actor;
  readonly now: Date;
  readonly #client: PoolClient;

  constructor(client: PoolClient, { platform, now }: Moment, actor: Actor) {
    this.#client = client;
    this.platform = platform;
    this.actor = actor;
    this.now = now;
  }

  /** The first row of a statement, or undefined. */
  async row(query: string, ...values: readonly unknown[]): Promise<Row | undefined> {
    return (await this.#client.query<Row>(query, [...values])).rows[0];
  }

  /** Executes a statement; the number of rows that it changed. */
  async do(query: string, ...values: readonly unknown[]): Promise<number> {
    return (await this.#client.query(query, [...values])).rowCount ?? 0;
  }

  /** Inserts a row of these columns. */
  async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    const columns = Object.keys(row);
    const places = columns.map((_column, index) => `$${index + 1}`).join(', ');
    const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`;
    await this.do(text, ...Object.values(row));
  }

  /** The one insert: what happened and its event are written together. The sidecar does the rest. */
  async emit(type: string, data: object, person: string | null = null): Promise<void> {
    const event = { id: randomUUID(), type, time: this.now, data: JSON.stringify(data), person };
    await this.insert('onenet.outbox', event);
  }

  /** One of our records, locked until the transaction ends; anything else is NOT_FOUND. */
  async existing(view: string, table: string, id: string): Promise<Row> {
    if (parseId(id) === this.platform.code && !id.includes('\0')) {
      await this.row(`SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`, id);
      const found = await this.row(`SELECT * FROM contract.${view} WHERE id = $1`, id);
      if (found) return found;
    }
    throw new NetError('NOT_FOUND', `Platform ${this.platform.code} has no record "${id}".`);
  }

  /** Refuses a worker whose record it is not, where it is known whose it is. */
  async ownPerson(name: string, table: string, column: string, id: string): Promise<void> {
    if (this.actor.kind !== 'WORKER') return;
    const found = await this.row(`SELECT ${column} AS person FROM ${table} WHERE id = $1`, id);
    const person = found?.['person'] ?? this.actor.reference;
    if (person === this.actor.reference) return;
    throw new NetError(
      'ACTOR_NOT_ALLOWED',
      `${name} is for the worker whose record it is, and for others than workers.`,
    );
  }

  newId(kind: string): string {
    return `${this.platform.code}:${kind}-${randomUUID()}`;
  }
}

/** Runs a command once: the same key and input give the same answer again. */
export async function run(
  context: Context,
  name: string,
  { actors, command }: Commands[string],
  given: Input,
): Promise<Row> {
  const actor = allowedActor(name, actors, context.actor);
  const key = String(given['idempotencyKey']);
  const length = Array.from(key).length;
  if (length < 1 || length > 200) {
    throw badInput(`\`idempotencyKey\` has ${length} characters: from 1 to 200.`);
  }
  return inTransaction(context, actor, async (transaction) => {
    const claim = `${actor.kind}:${actor.reference} ${key}`.replaceAll('\0', String.raw`\0`);
    const earlier = await claimKey(transaction, claim, hashOf(name, given));
    const answer = earlier ?? (await command(transaction, given));
    if (!earlier) {
      const stored = JSON.stringify(answer);
      await transaction.do('UPDATE done_command SET answer = $1 WHERE key = $2', stored, claim);
    }
    return answer;
  });
}

/** All of it, or nothing. */
export async function inTransaction<Answer>(
  moment: Moment,
  actor: Actor,
  body: (transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  const client = await moment.platform.pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await body(new Transaction(client, moment, actor));
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function allowedActor(name: string, kinds: readonly string[], actor: Actor | null): Actor {
  if (actor === null) {
    throw new NetError('ACTOR_REQUIRED', `${name} needs an actor, and none is asserted.`);
  }
  if (kinds.includes(actor.kind)) return actor;
  throw new NetError(
    'ACTOR_NOT_ALLOWED',
    `${name} is not for ${actor.kind}: it is for ${kinds.join(', ')}.`,
  );
}

/** Takes the key, or gives the answer of whoever took it; waits for one that is under way. */
async function claimKey(transaction: Transaction, claim: string, hash: string) {
  await transaction.do(
    `DELETE FROM done_command WHERE key = $1 AND done < now() - $2 * interval '1 day'`,
    claim,
    keyDays,
  );
  const taken = await transaction.do(
    'INSERT INTO done_command (key, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    claim,
    hash,
  );
  if (taken > 0) return undefined;
  const done = await transaction.row('SELECT hash, answer FROM done_command WHERE key = $1', claim);
  if (done?.['hash'] !== hash) {
    throw new NetError(
      'IDEMPOTENCY_CONFLICT',
      'The idempotency key was used with another mutation or input: take a new key.',
    );
  }
  return Object.fromEntries(
    Object.entries(done['answer'] as Row).map(([name, value]) => [
      name,
      name.endsWith('At') && typeof value === 'string' ? new Date(value) : value,
    ]),
  );
}

/** The same for what GraphQL takes for the same input: the order of its fields and nulls do not count. */
function hashOf(name: string, given: Input): string {
  const fields = Object.entries(given)
    .filter(([field, value]) => field !== 'idempotencyKey' && value != null)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([name, fields]))
    .digest('hex');
}
