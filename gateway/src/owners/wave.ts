/** One wave of calls: each owner gets one request with all that is wanted of it, all of them at once. */
import {
  actorHeader,
  callerHeader,
  encodeCaller,
  type Caller,
  type NetOwner,
} from '@onenet/contract';
import type { RequestContext } from '../context.ts';
import type { Breakers, CallResult } from './breaker.ts';
import {
  failed,
  readEnvelope,
  readParts,
  type EntityPart,
  type OwnerParts,
  type Part,
} from './owner-answer.ts';
import type { Failure } from './failure.ts';
import type { GatherField } from './gather-ask.ts';
import type { OperationCache } from './operation-cache.ts';
import type { OwnerOperation } from './owner-operation.ts';
import type { EntityFields, RouteField } from './plan.ts';
import { answeringOf, type Run } from './run.ts';
import { fairTimeMs } from './time.ts';
import { TransportError, type Exchange, type HttpAnswer, type Transport } from './transport.ts';

/** What every wave needs. */
export interface WaveTools {
  readonly transport: Transport;
  readonly breakers: Breakers;
  readonly operations: OperationCache;
  /** Greatest size of one owner's answer. */
  readonly maxAnswerBytes: number;
}

/** The kind of a call, as the report names it. */
type CallKind = 'gather' | 'entities' | 'route' | 'mutate';

/** What is wanted of one entity. */
interface EntityAsk {
  readonly fields: EntityFields;
  readonly key: string;
  plain: boolean;
  readonly gathers: Set<GatherField>;
}

/** One owner's share of the wave. */
class OwnerAsk {
  readonly owner: NetOwner;
  readonly gathers: GatherField[] = [];
  readonly routes: RouteField[] = [];
  readonly entities = new Map<string, EntityAsk>();
  /** The owner's own cursors, by variable. */
  readonly cursors: Record<string, string> = {};
  readonly pageSizes = new Map<number, number>();
  parts: OwnerParts | undefined;
  entityParts = new Map<string, EntityPart>();
  failure: Failure = failed('TIMEOUT', 'never sent', false);

  constructor(owner: NetOwner) {
    this.owner = owner;
  }
}

/** A page wanted of an owner: its size, and the owner's own cursor. */
export interface OwnPage {
  readonly size: number;
  readonly backward: boolean;
  readonly cursor: string | undefined;
}

/** Collects what is wanted, asks, and gives the parts back. */
export class Wave {
  readonly #run: Run;
  readonly #tools: WaveTools;
  readonly #asks = new Map<string, OwnerAsk>();

  constructor(run: Run, tools: WaveTools) {
    this.#run = run;
    this.#tools = tools;
  }

  /** Wants a gathered list of an owner: of its root, or on one of its entities. */
  wantGathered(
    owner: NetOwner,
    field: GatherField,
    on: { readonly fields: EntityFields; readonly key: string } | undefined,
    page: OwnPage,
  ): void {
    const ask = this.#ask(owner);
    if (on) this.#entity(ask, on.fields, on.key).gathers.add(field);
    else ask.gathers.push(field);
    ask.pageSizes.set(field.index, page.size);
    if (page.cursor !== undefined) {
      ask.cursors[page.backward ? field.before : field.after] = page.cursor;
    }
  }

  /** Wants a routed root field. */
  wantRouted(owner: NetOwner, field: RouteField): void {
    this.#ask(owner).routes.push(field);
  }

  /** Wants an entity's own fields. */
  wantPlain(owner: NetOwner, fields: EntityFields, key: string): void {
    this.#entity(this.#ask(owner), fields, key).plain = true;
  }

  /** Asks all owners; comes back when the last one answered or failed, and not later than `timeMs`. */
  async send(timeMs: number): Promise<void> {
    if (this.#asks.size === 0) return;
    const { signal } = this.#run.context;
    const under = new Set<Exchange>();
    const giveUp = (): void => {
      for (const exchange of under) exchange.abort();
    };
    const timer = setTimeout(giveUp, Math.max(0, timeMs));
    signal.addEventListener('abort', giveUp, { once: true });
    const bodies = new Map<OwnerOperation, string>();
    const time = { untilMs: performance.now() + timeMs, timeMs };
    try {
      await Promise.all(
        [...this.#asks.values()].map((ask) => this.#askOwner(ask, under, bodies, time)),
      );
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  gathered(
    owner: string,
    field: GatherField,
    on: { readonly fields: EntityFields; readonly key: string } | undefined,
  ): Part {
    const ask = this.#asks.get(owner);
    const part = on
      ? ask?.entityParts.get(entityKey(on.fields, on.key))?.gathers.get(field)
      : ask?.parts?.gathers.get(field.index);
    return part ?? missing(ask);
  }

  routed(owner: string, field: RouteField): Part {
    const ask = this.#asks.get(owner);
    return ask?.parts?.routes.get(field.index) ?? missing(ask);
  }

  plain(owner: string, fields: EntityFields, key: string): Part {
    const ask = this.#asks.get(owner);
    return ask?.entityParts.get(entityKey(fields, key))?.plain ?? missing(ask);
  }

  #ask(owner: NetOwner): OwnerAsk {
    let ask = this.#asks.get(owner.code);
    if (!ask) this.#asks.set(owner.code, (ask = new OwnerAsk(owner)));
    return ask;
  }

  #entity(ask: OwnerAsk, fields: EntityFields, key: string): EntityAsk {
    const name = entityKey(fields, key);
    let entity = ask.entities.get(name);
    if (!entity) {
      ask.entities.set(name, (entity = { fields, key, plain: false, gathers: new Set() }));
    }
    return entity;
  }

  async #askOwner(
    ask: OwnerAsk,
    under: Set<Exchange>,
    bodies: Map<OwnerOperation, string>,
    time: { readonly untilMs: number; readonly timeMs: number },
  ): Promise<void> {
    const { owner } = ask;
    const startedAt = performance.now();
    let bytes = 0;
    const done = (outcome: string): void => {
      const kind = this.#kindOf(ask);
      const durationMs = performance.now() - startedAt;
      this.#run.context.report.addCall({ platform: owner.code, kind, outcome, durationMs, bytes });
    };
    const fail = (failure: Failure): void => {
      ask.failure = failure;
      done(failure.reason);
    };
    if (owner.connection === 'MAINTENANCE')
      return fail(failed('MAINTENANCE', 'by the registry', false));
    if (time.timeMs <= 0) return fail(failed('TIMEOUT', 'no time was left', false));
    const breaker = this.#tools.breakers.of(owner.code, owner.graphqlUrl);
    if (!breaker.admits()) return fail(failed('BREAKER_OPEN', 'failed repeatedly', false));
    let result: CallResult = 'UNDECIDED';
    try {
      const groups = groupsOf(ask);
      const operation = this.#tools.operations.of(this.#run.plan, owner, {
        gathers: ask.gathers,
        routes: ask.routes,
        groups,
      });
      const body = this.#body(operation, ask, groups, bodies);
      const answer = await this.#exchange(owner, body, under, time.untilMs);
      if (!('status' in answer)) {
        result = blame(answer, time.timeMs, this.#run.context.signal);
        return fail(answer);
      }
      bytes = answer.body.length;
      result = answer.status >= 500 ? 'FAILED' : 'ANSWERED';
      const envelope = readEnvelope(answer);
      if ('reason' in envelope) return fail(envelope);
      const keys = groups.map((group) => group.keys);
      const parts = readParts(operation, envelope, answeringOf(this.#run, owner), {
        keys,
        pageSizes: ask.pageSizes,
      });
      ask.parts = parts;
      for (const [g, group] of groups.entries()) {
        for (const [i, key] of group.keys.entries()) {
          const part = parts.groups[g]?.[i];
          if (part) ask.entityParts.set(entityKey(group.fields, key), part);
        }
      }
      done(outcomeOf(parts));
    } finally {
      breaker.note(result);
    }
  }

  /** One POST; a query whose connection broke is sent once more, a mutation never. */
  async #exchange(
    owner: NetOwner,
    body: string,
    under: Set<Exchange>,
    untilMs: number,
  ): Promise<HttpAnswer | Failure> {
    const { transport, maxAnswerBytes } = this.#tools;
    const mayRepeat = this.#run.plan.kind === 'query';
    for (let attempt = 1; ; attempt++) {
      const exchange = transport.post(
        owner.graphqlUrl,
        body,
        headersOf(this.#run.context),
        maxAnswerBytes,
      );
      under.add(exchange);
      try {
        // oxlint-disable-next-line no-await-in-loop -- the second attempt follows the first
        return await exchange.answer;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        // An idle connection that the owner closed just then: it never saw the request.
        const repeat = error.kind === 'BROKEN' && mayRepeat && attempt === 1;
        if (!repeat || performance.now() >= untilMs || this.#run.context.signal.aborted) {
          return transportFailure(error);
        }
      } finally {
        under.delete(exchange);
      }
    }
  }

  /** Owners that get the same operation with the same variables get the same text. */
  #body(
    operation: OwnerOperation,
    ask: OwnerAsk,
    groups: readonly Group[],
    bodies: Map<OwnerOperation, string>,
  ): string {
    const own = groups.length > 0 || Object.keys(ask.cursors).length > 0;
    const known = own ? undefined : bodies.get(operation);
    if (known !== undefined) return known;
    const variables: Record<string, unknown> = { ...ask.cursors };
    for (const name of operation.variables) {
      if (Object.hasOwn(this.#run.given, name)) variables[name] = this.#run.given[name];
    }
    for (const [i, group] of groups.entries()) {
      const { typeName, keyField } = group.fields;
      const variable = operation.groups[i]?.variable ?? '';
      variables[variable] = group.keys.map((key) => ({ __typename: typeName, [keyField]: key }));
    }
    const body = `${operation.head}${JSON.stringify(variables)}}`;
    if (!own) bodies.set(operation, body);
    return body;
  }

  #kindOf(ask: OwnerAsk): CallKind {
    if (this.#run.plan.kind === 'mutation') return 'mutate';
    if (ask.entities.size > 0) return 'entities';
    return ask.gathers.length > 0 ? 'gather' : 'route';
  }
}

/** Entities of which the same is wanted, with their keys. */
interface Group {
  readonly fields: EntityFields;
  readonly plain: boolean;
  readonly gathers: readonly GatherField[];
  readonly keys: string[];
}

function groupsOf(ask: OwnerAsk): Group[] {
  const groups = new Map<string, Group>();
  for (const { fields, key, plain, gathers } of ask.entities.values()) {
    const lists = [...gathers].toSorted((a, b) => a.index - b.index);
    const name = `${fields.typeName} ${plain} ${lists.map((field) => field.index).join(' ')}`;
    const group = groups.get(name);
    if (group) group.keys.push(key);
    else groups.set(name, { fields, plain, gathers: lists, keys: [key] });
  }
  return [...groups.values()];
}

/** Whether a failed call counts against the owner: not when it was given no time, or nobody waits for it. */
function blame(failure: Failure, timeMs: number, signal: AbortSignal): CallResult {
  if (failure.reason === 'UNREACHABLE') return 'FAILED';
  if (failure.reason !== 'TIMEOUT' || timeMs < fairTimeMs) return 'UNDECIDED';
  return signal.aborted ? 'UNDECIDED' : 'FAILED';
}

function transportFailure({ kind, sent }: TransportError): Failure {
  if (kind === 'ABORTED') return failed('TIMEOUT', 'no whole answer in time', sent);
  if (kind === 'TOO_LARGE') return failed('OVER_BUDGET', 'larger than an answer may be', sent);
  return failed('UNREACHABLE', kind === 'CONNECT' ? 'no connection' : 'the connection broke', sent);
}

function outcomeOf(parts: OwnerParts): string {
  const all = [
    ...parts.gathers.values(),
    ...parts.routes.values(),
    ...parts.groups.flat().flatMap((entity) => [entity.plain, ...entity.gathers.values()]),
  ];
  const wrong = all.find((part) => !part.ok && !part.failure.absent && !part.failure.refused);
  return wrong && !wrong.ok ? wrong.failure.reason : 'OK';
}

function missing(ask: OwnerAsk | undefined): Part {
  return { ok: false, failure: ask?.failure ?? failed('TIMEOUT', 'never asked', false) };
}

function entityKey({ typeName }: EntityFields, key: string): string {
  return `${typeName} ${key}`;
}

const callerTexts = new WeakMap<Caller, string>();

function headersOf({ caller, actor }: RequestContext): readonly string[] {
  let text = callerTexts.get(caller);
  if (text === undefined) callerTexts.set(caller, (text = encodeCaller(caller)));
  const headers = [
    'content-type',
    'application/json',
    'accept',
    'application/graphql-response+json, application/json',
    callerHeader,
    text,
  ];
  return actor ? [...headers, actorHeader, `${actor.kind}:${actor.reference}`] : headers;
}
