/** A mutation as one transaction: who may, whether it was done before, what changes, what it says in the feed. Long, because the order of its steps is what makes it safe. */
import { createHash } from 'node:crypto';
import {
  NetError,
  actorsOf,
  isLocal,
  localCaller,
  parseId,
  type Actor,
  type ActorKind,
  type Caller,
  type EventTypeName,
} from '@onenet/contract';
import { outboxCollection, outboxEntry, type OutboxEntry } from '@onenet/feed';
import type { EventData } from '@onenet/contract';
import type { ClientSession, Collection, Document } from 'mongodb';
import type { Platform } from './context.ts';

/** Who acts, where, and whether it is the simulation. */
export interface Agency {
  readonly platform: Platform;
  readonly actor: Actor | undefined;
  /** Code of the platform by whose credential the call comes; null: by none's. */
  readonly by: string | null;
  /** Who asks; absent where nobody does, as in the simulation. */
  readonly caller?: Caller;
  readonly simulated?: true;
}

/** What every mutation's input may hold. */
interface CommandInput {
  /** Absent in the simulation, which never repeats itself. */
  readonly idempotencyKey?: string;
}

/** What a command works with; it may be run again from the start, so it keeps nothing outside. */
export interface Transaction {
  readonly platform: Platform;
  readonly session: ClientSession;
  readonly actor: Actor;
  /** When it happens: the same moment in record, history and event. */
  readonly now: Date;
  readonly simulated: boolean;
  /** Puts an event into the outbox, in the same transaction. */
  emit(type: EventTypeName, data: Omit<EventData, 'firsts'>, person?: string | null): void;
}

/** Runs a command once: the same key and input give the same answer again. */
export async function runCommand<Answer extends Document>(
  name: string,
  agency: Agency,
  input: CommandInput,
  change: (transaction: Transaction) => Promise<Answer>,
  /** Who may; the contract says it of its own mutations. */
  kinds: readonly ActorKind[] = actorsOf(name) ?? [],
): Promise<Answer> {
  const actor = allowedActor(name, agency.actor, kinds);
  const { platform, simulated } = agency;
  assertOwnFrontEnd(name, agency);
  const request = requestOf(name, agency.caller?.client, actor, input);
  return transact({ platform, actor, simulated: simulated === true }, async (transaction) => {
    const { session, now } = transaction;
    const earlier = request && (await replay<Answer>(platform, session, request));
    if (earlier) return earlier;
    const done = await change(transaction);
    if (request) {
      await requests(platform).insertOne({ ...request, at: now, answer: done }, { session });
    }
    return done;
  });
}

/** Who is behind what time alone brings about. */
export const theClock: Actor = { kind: 'SYSTEM', reference: 'clock' };

/** One transaction, and its events in it. A conflict with another one runs `change` again, from the start. */
export async function transact<Answer>(
  {
    platform,
    actor,
    simulated,
    at,
  }: {
    readonly platform: Platform;
    readonly actor: Actor;
    readonly simulated: boolean;
    /** When it happens, if not now. */
    readonly at?: Date;
  },
  change: (transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  const answer = await platform.client.withSession((session) =>
    session.withTransaction(
      async () => {
        const events: OutboxEntry[] = [];
        const now = at ?? new Date();
        const done = await change({
          platform,
          session,
          actor,
          now,
          simulated,
          emit: (type, data, person) => {
            const marked = simulated ? { ...data, simulated: true as const } : data;
            events.push(outboxEntry({ type, time: now, data: marked, person: person ?? null }));
          },
        });
        if (events.length > 0) {
          await outboxCollection(platform.db).insertMany(events, { session });
        }
        return done;
      },
      // A conflict with another transaction runs the body again; a lost acknowledgement, the commit.
      { readConcern: 'snapshot', writeConcern: { w: 'majority' } },
    ),
  );
  platform.feed.wake();
  return answer;
}

/** A command that was carried out, so that it is not carried out twice. */
interface DoneRequest extends RequestIdentity {
  readonly at: Date;
  readonly answer: Document;
}

interface RequestIdentity {
  /** Of client, actor and key: another client's keys are its own, and so are another actor's. A hash, so that it names nobody. */
  readonly _id: string;
  /** Of mutation and input. */
  readonly hash: string;
}

/** Days for which a key is remembered. */
const keyDays = 7;

/** Makes what the commands need. Safe to repeat. */
export async function ensureCommandIndexes(platform: Pick<Platform, 'db'>): Promise<void> {
  await requests(platform).createIndexes([
    { key: { at: 1 }, expireAfterSeconds: keyDays * 86_400 },
    { key: { 'answer._id': 1 }, sparse: true },
  ]);
}

/** What was answered about records is changed with them, so that an old key gives nothing of who has gone. */
export async function changeAnswers(
  { platform, session }: Transaction,
  ids: readonly string[],
  change: Document,
): Promise<void> {
  await requests(platform).updateMany(
    { 'answer._id': { $in: [...ids] } },
    { $set: change },
    { session },
  );
}

/**
 * Forgets what was answered about records of somebody who is erased. The key stays, so that a request
 * that comes again is refused, and not carried out anew.
 */
export async function forgetAnswers(
  platform: Pick<Platform, 'db'>,
  ids: ReadonlySet<string>,
): Promise<void> {
  const about: string[] = [];
  for await (const { _id, answer } of requests(platform).find()) {
    const text = JSON.stringify(answer);
    if ([...ids].some((id) => text.includes(`"${id}"`))) about.push(_id);
  }
  await requests(platform).updateMany(
    { _id: { $in: about } },
    { $set: { hash: '', answer: {} } },
    { writeConcern: { w: 'majority' } },
  );
}

/** The local record that an id of this platform names. */
export function ownId(platform: Platform, id: string): string {
  if (parseId(id).platform !== platform.definition.code) {
    throw notFound(id, platform);
  }
  return id;
}

export function notFound(id: string, platform: Platform): NetError {
  return new NetError('NOT_FOUND', `Platform ${platform.definition.code} has no record "${id}".`);
}

function requests({ db }: Pick<Platform, 'db'>): Collection<DoneRequest> {
  return db.collection<DoneRequest>('idempotency');
}

function allowedActor(name: string, actor: Actor | undefined, kinds: readonly ActorKind[]): Actor {
  if (!actor) {
    throw new NetError(
      'ACTOR_REQUIRED',
      `${name} needs an actor, and none is asserted: send \`onenet-actor: <kind>:<reference>\` from this machine.`,
    );
  }
  if (!kinds.includes(actor.kind)) {
    throw new NetError(
      'ACTOR_NOT_ALLOWED',
      `${name} is not for ${actor.kind}: it is for ${kinds.join(', ')}.`,
    );
  }
  return actor;
}

/** What is the owner's alone comes through its own front end. */
function assertOwnFrontEnd(name: string, { platform, by }: Agency): void {
  const { code } = platform.definition;
  if (!isLocal(name) || by === code) return;
  throw new NetError(
    'LOCAL_ONLY',
    `${name} is for ${code}'s own front end: call the platform itself, with its own credential.`,
  );
}

function requestOf(
  name: string,
  client: string | undefined,
  actor: Actor,
  input: CommandInput,
): RequestIdentity | undefined {
  const { idempotencyKey: key, ...rest } = input;
  if (key === undefined) return undefined;
  if (key.length < 1 || key.length > 200) {
    throw new NetError(
      'BAD_INPUT',
      `\`idempotencyKey\` has ${key.length} characters: from 1 to 200.`,
    );
  }
  const hash = createHash('sha256')
    .update(`${name} ${canonical(rest)}`)
    .digest('base64');
  // A reference is the client's own: two clients may call different people by the same one.
  const of = client === undefined || client === localCaller.client ? '' : `${client} `;
  const whose = createHash('sha256').update(`${of}${actor.kind}:${actor.reference} ${key}`);
  return { _id: whose.digest('base64'), hash };
}

async function replay<Answer extends Document>(
  platform: Platform,
  session: ClientSession,
  request: RequestIdentity,
): Promise<Answer | undefined> {
  const done = await requests(platform).findOne({ _id: request._id }, { session });
  if (!done) return undefined;
  if (done.hash !== request.hash) {
    throw new NetError(
      'IDEMPOTENCY_CONFLICT',
      'The idempotency key was used with another mutation or input: take a new key.',
    );
  }
  return done.answer as Answer;
}

/** JSON with sorted keys and without nulls: what GraphQL takes for the same input is the same text. */
function canonical(input: object): string {
  return JSON.stringify(input, (_key, value: unknown) => {
    if (value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
