/** One wave of calls: each owner gets one request with all that is wanted of it, all of them at once. Long, because what is wanted, sent and given back must agree. */
import type { NetOwner } from '@onenet/contract';
import type { OwnerCall } from '../context.ts';
import { signedFor, type OwnerPost, type Signed } from './assertion.ts';
import { callOwner, type CallFrame, type CallTools } from './call.ts';
import { readEnvelope } from './read-answer.ts';
import { failed, unoffered, type Failure } from './failure.ts';
import type { GatherField } from './gather-ask.ts';
import type { OperationCache } from './operation-cache.ts';
import { readParts, type OwnerParts, type Part } from './owner-answer.ts';
import { OwnerAsk, nameOf, type EntityRef, type Group, type OwnPage } from './owner-ask.ts';
import { whyNot, type Unoffered } from './offer.ts';
import type { OperationPart, OwnerOperation } from './owner-operation.ts';
import type { RouteField } from './plan.ts';
import { answeringOf, type Run } from './run.ts';
import type { Exchange } from './transport.ts';
import type { Withholding } from './withheld.ts';

/** What every wave needs. */
export interface WaveTools extends CallTools {
  readonly operations: OperationCache;
  /** Decides what owners withhold from a caller. */
  readonly withholding: Withholding;
}

/** All that an owner is asked in the wave. */
interface PreparedCall extends OwnerPost {
  readonly ask: OwnerAsk;
  readonly groups: readonly Group[];
  readonly operation: OwnerOperation;
}

/** Collects what is wanted, asks, and gives the parts back. */
export class Wave {
  readonly #run: Run;
  readonly #tools: WaveTools;
  readonly #asks = new Map<string, OwnerAsk>();
  /** Parts that are not asked of owners because these do not offer what they use. */
  readonly #unoffered = new Map<OperationPart, Map<string, Failure>>();
  /** Owners that get the same operation with the same variables get the same text. */
  readonly #bodies = new Map<OwnerOperation, string>();

  constructor(run: Run, tools: WaveTools) {
    this.#run = run;
    this.#tools = tools;
  }

  /** Whether an owner is asked for no such page, since the caller has no right to what the list uses. */
  refuses(owner: NetOwner, field: GatherField, order: string): boolean {
    return this.#lackOf(owner, field, order)?.why === 'REFUSED';
  }

  /** Wants a gathered list of an owner: of its root, or on one of its entities. */
  wantGathered(
    owner: NetOwner,
    field: GatherField,
    on: EntityRef | undefined,
    page: OwnPage,
  ): void {
    if (this.#isUnoffered(owner, field, page.order)) return;
    const ask = this.#ask(owner);
    if (on) ask.entity(on).gathers.add(field);
    else ask.gathers.push(field);
    ask.pageSizes.set(field.index, page.size);
    if (page.cursor !== undefined) {
      ask.cursors[page.backward ? field.before : field.after] = page.cursor;
    }
    if (page.backward && field.last !== undefined) ask.cursors[field.last] = page.size;
  }

  /** Wants a routed root field. */
  wantRouted(owner: NetOwner, field: RouteField): void {
    if (this.#isUnoffered(owner, field)) return;
    this.#ask(owner).routes.push(field);
  }

  /** Wants an entity's own fields. */
  wantPlain(owner: NetOwner, on: EntityRef): void {
    if (this.#isUnoffered(owner, on.fields)) return;
    this.#ask(owner).entity(on).plain = true;
  }

  /** Asks all owners; comes back when the last one answered or failed, and not later than `timeMs`. */
  async send(timeMs: number): Promise<void> {
    if (this.#asks.size === 0) return;
    const { context } = this.#run;
    const { signal } = context;
    const underWay = new Set<Exchange>();
    const giveUp = (): void => {
      for (const exchange of underWay) exchange.abort();
    };
    const timer = setTimeout(giveUp, Math.max(0, timeMs));
    signal.addEventListener('abort', giveUp, { once: true });
    const frame: CallFrame = {
      context,
      timeMs: signal.aborted ? 0 : timeMs,
      untilMs: performance.now() + timeMs,
      mayRepeat: this.#run.plan.kind === 'query',
      underWay,
    };
    try {
      const calls = [...this.#asks.values()].map((ask) => this.#prepare(ask));
      // Who acts is told to the owner at which it is done, and not to everybody who is asked.
      const { caller, actor } = context;
      const isDone = this.#run.plan.kind === 'mutation' && actor !== undefined;
      const told = isDone ? { caller, actor } : { caller };
      const sendings = signedFor(told, calls, this.#tools.signer);
      await Promise.all(
        calls.map((call, i) => this.#askOwner(call, sendings[i] as () => Signed, frame)),
      );
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      giveUp();
    }
  }

  gathered(owner: string, field: GatherField, on: EntityRef | undefined): Part {
    const ask = this.#asks.get(owner);
    const part = on
      ? ask?.entityParts.get(nameOf(on.fields, on.key))?.gathers.get(field)
      : ask?.parts?.gathers.get(field.index);
    return part ?? this.#missing(owner, field);
  }

  routed(owner: string, field: RouteField): Part<unknown> {
    const ask = this.#asks.get(owner);
    return ask?.parts?.routes.get(field.index) ?? this.#missing(owner, field);
  }

  plain(owner: string, on: EntityRef): Part {
    const ask = this.#asks.get(owner);
    return (
      ask?.entityParts.get(nameOf(on.fields, on.key))?.plain ?? this.#missing(owner, on.fields)
    );
  }

  /** Notes that a part uses what its owner does not offer, if so. */
  #isUnoffered(owner: NetOwner, part: OperationPart, order?: string): boolean {
    const lack = this.#lackOf(owner, part, order);
    if (!lack) return false;
    let byOwner = this.#unoffered.get(part);
    if (!byOwner) this.#unoffered.set(part, (byOwner = new Map()));
    byOwner.set(owner.code, unoffered(lack.why, lack.coordinate));
    return true;
  }

  /** What a part uses that its owner does not offer the caller; `order`: the coordinate of the list's order. */
  #lackOf(
    owner: NetOwner,
    part: OperationPart,
    order?: string,
  ): { readonly coordinate: string; readonly why: Unoffered } | undefined {
    const { plan, given, offers } = this.#run;
    const offer = offers.of(owner);
    const isOrdered = order === undefined || !offer.noInput.has(order);
    const coordinate = isOrdered ? this.#tools.operations.lack(plan, offer, part, given) : order;
    if (coordinate === undefined) return undefined;
    const why = whyNot(offer, coordinate);
    this.#run.step?.addNotAsked({ platform: owner.code, reason: why });
    return { coordinate, why };
  }

  #missing(owner: string, part: OperationPart): Extract<Part, { ok: false }> {
    const failure = this.#unoffered.get(part)?.get(owner) ?? this.#asks.get(owner)?.failure;
    return { ok: false, failure: failure ?? failed('TIMEOUT', 'never asked', false) };
  }

  #ask(owner: NetOwner): OwnerAsk {
    let ask = this.#asks.get(owner.code);
    if (!ask) this.#asks.set(owner.code, (ask = new OwnerAsk(owner)));
    return ask;
  }

  #prepare(ask: OwnerAsk): PreparedCall {
    const { owner, gathers, routes } = ask;
    const groups = ask.groups();
    const { plan, offers } = this.#run;
    const wanted = { gathers, routes, groups };
    const operation = this.#tools.operations.of(plan, owner, offers.of(owner), wanted);
    const grant = offers.grantsFor(owner, operation.fields);
    return { owner, ask, groups, operation, grant, body: this.#body(operation, ask, groups) };
  }

  async #askOwner(call: PreparedCall, next: () => Signed, frame: CallFrame): Promise<void> {
    const { owner, ask, groups, operation, grant = null } = call;
    const startedAt = performance.now();
    const leaves: string[] = [];
    const nextHeaders = (): readonly string[] => {
      const { headers, leaf } = next();
      if (leaf !== undefined) leaves.push(leaf);
      return headers;
    };
    const answer = await callOwner(call, nextHeaders, this.#tools, frame);
    const envelope = 'status' in answer ? readEnvelope(answer) : answer;
    let outcome: string;
    let rows: number | null = 0;
    if ('reason' in envelope) {
      ask.failure = envelope;
      outcome = envelope.reason;
    } else {
      const parts = readParts(operation, envelope, answeringOf(this.#run, owner), {
        keys: groups.map((group) => group.keys),
        pageSizes: ask.pageSizes,
      });
      ask.parts = parts;
      for (const [g, { fields, keys }] of groups.entries()) {
        for (const [i, part] of (parts.groups[g] ?? []).entries()) {
          ask.entityParts.set(nameOf(fields, keys[i] ?? ''), part);
        }
      }
      outcome = outcomeOf(parts);
      rows = operation.rowsIn(envelope.data);
    }
    const made: OwnerCall = {
      platform: owner.code,
      kind: this.#kindOf(ask),
      outcome,
      durationMs: performance.now() - startedAt,
      bytes: 'status' in answer ? answer.body.length : 0,
      status: 'status' in answer ? answer.status : null,
      rows,
      grant,
      leaves,
    };
    this.#run.context.report.addCall(made);
    this.#run.step?.addCall(made, operation);
  }

  #body(operation: OwnerOperation, ask: OwnerAsk, groups: readonly Group[]): string {
    const isOwn = groups.length > 0 || Object.keys(ask.cursors).length > 0;
    const known = isOwn ? undefined : this.#bodies.get(operation);
    if (known !== undefined) return known;
    const { given } = this.#run;
    const variables: Record<string, unknown> = { ...ask.cursors };
    for (const name of operation.variables) {
      if (Object.hasOwn(given, name)) variables[name] = operation.valueOf(name, given[name]);
    }
    for (const [i, { fields, keys }] of groups.entries()) {
      variables[operation.groups[i]?.variable ?? ''] = keys.map((key) => ({
        __typename: fields.typeName,
        [fields.keyField]: key,
      }));
    }
    const body = `${operation.head}${JSON.stringify(variables)}}`;
    if (!isOwn) this.#bodies.set(operation, body);
    return body;
  }

  #kindOf(ask: OwnerAsk): OwnerCall['kind'] {
    if (this.#run.plan.kind === 'mutation') return 'mutate';
    if (ask.entities.size > 0) return 'entities';
    return ask.gathers.length > 0 ? 'gather' : 'route';
  }
}

/** `OK`, also where the owner says that there is no such thing, or why a part of the answer is missing. */
function outcomeOf({ gathers, routes, groups }: OwnerParts): string {
  for (const part of [...gathers.values(), ...routes.values()]) {
    if (isWrong(part)) return part.failure.reason;
  }
  for (const entity of groups.flat()) {
    for (const part of [entity.plain, ...entity.gathers.values()]) {
      if (isWrong(part)) return part.failure.reason;
    }
  }
  return 'OK';
}

function isWrong(part: Part<unknown>): part is Extract<Part, { ok: false }> {
  return !part.ok && !part.failure.absent && !part.failure.refused;
}
