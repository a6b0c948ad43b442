/** One gathered list: who is in scope is asked, the pages are merged, and the answer says how complete it is. */
import {
  NetError,
  encodeOwnerCursor,
  parsePage,
  type Page,
  type PageArguments,
  type Position,
} from '@onenet/contract';
import type { PartialPage } from '../context.ts';
import { connectionOf, ownerPage, type ListCompleteness, type OwnerPage } from './connection.ts';
import { isJsonObject, type JsonObject } from './conform.ts';
import type { Pruned } from './ask.ts';
import { failed, isCallersFault, type Failure } from './failure.ts';
import type { GatherField } from './gather-ask.ts';
import { listIdentity, listScope } from './list.ts';
import type { ListIdentity } from './net-cursor.ts';
import { argumentsOf, caught, noteIncident, type Run, type Values } from './run.ts';
import { withRefusals, type Scope } from './scope.ts';
import { beginPage, turnPage, type Walk } from './walk.ts';
import type { EntityRef, OwnPage } from './owner-ask.ts';
import type { Part, PartError } from './owner-answer.ts';
import type { Wave } from './wave.ts';

/** A gathered list in a run. */
export class Gathering {
  readonly #run: Run;
  readonly #field: GatherField;
  /** The platform or division whose list it is; undefined for a list of the root. */
  readonly #on: EntityRef | undefined;
  #ready: { readonly walk: Walk; readonly scope: Scope } | undefined;
  #refused: NetError | undefined;

  constructor(run: Run, field: GatherField, on: EntityRef | undefined) {
    this.#run = run;
    this.#field = field;
    this.#on = on;
  }

  /** Finds out who is asked, and from where. */
  prepare(wave: Wave): void {
    const { selected, typeName } = this.#field;
    try {
      const args = argumentsOf(this.#run, typeName, selected.node);
      const page = parsePage(pageArguments(args));
      const list = listIdentity(this.#run, this.#field, this.#on?.key, args);
      const scope = this.#scopeOf(wave, list, args);
      const owners = new Map(scope.asked.map((owner) => [owner.code, owner]));
      const refusing = scope.notAsked.filter(({ reason }) => reason === 'REFUSED');
      const walk = beginPage(
        list,
        page,
        [...owners.keys()],
        new Set(refusing.map(({ platform }) => platform)),
      );
      for (const { platform, position } of walk.asks) {
        const owner = owners.get(platform);
        if (!owner) continue;
        wave.wantGathered(owner, this.#field, this.#on, ownPage(this.#field, page, list, position));
      }
      this.#ready = { walk, scope };
    } catch (error) {
      this.#refused = caught(this.#run, error);
    }
  }

  /** Who is asked: none of those who withhold the list from the caller, or what it is filtered or ordered by. */
  #scopeOf(wave: Wave, { order }: ListIdentity, args: Values): Scope {
    const scope = listScope(this.#run, this.#field, this.#on?.key, args);
    const coordinate = `${this.#field.rule.orderEnum}.${order}`;
    const refusing = scope.asked.filter((owner) => wave.refuses(owner, this.#field, coordinate));
    const asked = refusing.length === 0 ? scope : withRefusals(scope, refusing);
    for (const absence of asked.notAsked) this.#run.step?.addNotAsked(absence);
    return asked;
  }

  /** Puts the answer together: the connection, or the error that stands in its place. */
  finish(wave: Wave): JsonObject | NetError {
    if (!this.#ready) return this.#refused ?? new NetError('INTERNAL');
    const { walk, scope } = this.#ready;
    const { pages, failures, partial } = this.#pagesOf(wave, walk);
    const turned = turnPage(walk, pages, failures);
    for (const [platform, detail] of turned.wrong) {
      failures.set(platform, failed('INVALID', detail));
    }
    // Its own grants may be newer than ours: then it is as if it had not been asked.
    const refusals = [...failures].filter(([, { reason }]) => reason === 'REFUSED');
    for (const [platform] of refusals) failures.delete(platform);
    const asked = walk.asks.length - refusals.length;
    const completeness: ListCompleteness = {
      asked,
      answered: asked - failures.size,
      notAsked: [
        ...scope.notAsked,
        ...refusals.map(([platform, { reason }]) => ({ platform, reason })),
      ],
      missing: [
        ...[...failures].map(([platform, { reason }]) => ({ platform, reason })),
        ...walk.heldBack.map((platform) => ({ platform, reason: 'HELD_BACK' })),
      ],
      resume: turned.resume,
      asOf: this.#run.asOf,
    };
    const refusal = this.#refusal(completeness, failures);
    // All owners refuse what the caller wrote: none of them failed, and none is missing.
    if (refusal && isCallersFault(refusal.code)) return refusal;
    for (const [platform, failure] of failures) noteIncident(this.#run, platform, failure);
    this.#run.context.report.addGathered({
      path: [...this.#run.path, this.#field.selected.key],
      of: this.#on?.key ?? null,
      ...completeness,
      partial,
    });
    return refusal ?? connectionOf(this.#field, walk, pages, turned, completeness);
  }

  #pagesOf(
    wave: Wave,
    walk: Walk,
  ): {
    readonly pages: readonly OwnerPage[];
    readonly failures: Map<string, Failure>;
    readonly partial: readonly PartialPage[];
  } {
    const pages: OwnerPage[] = [];
    const failures = new Map<string, Failure>();
    const partial: PartialPage[] = [];
    for (const { platform, position } of walk.asks) {
      const part = wave.gathered(platform, this.#field, this.#on);
      if (part.ok) {
        const page = ownerPage(this.#field, walk, platform, position, part.value);
        if (typeof page === 'string') failures.set(platform, failed('INVALID', page));
        else {
          pages.push(page);
          partial.push(
            ...part.errors.map((error) => partialPage(platform, error)),
            ...prunedOf(platform, part),
          );
        }
      } else failures.set(platform, part.failure);
    }
    return { pages, failures, partial };
  }

  /** Why there is no answer at all, if so: nobody answered, or fewer than the caller demands. */
  #refusal(
    { asked, answered, missing }: ListCompleteness,
    failures: ReadonlyMap<string, Failure>,
  ): NetError | undefined {
    if (asked > 0 && answered === 0) {
      const codes = new Set([...failures.values()].map((failure) => failure.code));
      const [code] = codes;
      // Everybody refuses the same argument: the caller's own mistake.
      if (codes.size === 1 && isCallersFault(code)) return new NetError(code);
      return new NetError('NOBODY_ANSWERED', undefined, { asked, missing });
    }
    const { completeness: demand } = this.#run.context;
    // Those held back count as well: they were asked earlier in this walk.
    const isQuorum = missing.length === 0 || answered > missing.length;
    const isEnough =
      demand === 'BEST_EFFORT' || (demand === 'QUORUM' ? isQuorum : missing.length === 0);
    if (isEnough) return undefined;
    return new NetError('INCOMPLETE', undefined, { demand, asked, answered, missing });
  }
}

/** A row's place at its owner says nothing to a caller: rows of all owners are merged. */
function partialPage(platform: string, { path, code = 'OWNER_FAILED' }: PartError): PartialPage {
  return { platform, path: path.map((step) => (typeof step === 'number' ? '@' : step)), code };
}

function pageArguments({ first, after, last, before }: Values): PageArguments {
  return {
    first: numberOrNull(first),
    after: textOrNull(after),
    last: numberOrNull(last),
    before: textOrNull(before),
  };
}

/** Fields for which the owner was not asked, where its page has a place for them. */
function prunedOf(platform: string, { value, pruned }: PagePart): PartialPage[] {
  return pruned.flatMap(({ path: keys, code }: Pruned) => {
    const path = placeOf(value, keys);
    return path ? [{ platform, path, code }] : [];
  });
}

type PagePart = Extract<Part, { ok: true }>;

/** The place of a field below a value, with `@` for the indexes; undefined where it has none. */
function placeOf(value: unknown, keys: readonly string[]): readonly string[] | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const place = placeOf(item, keys);
      if (place) return ['@', ...place];
    }
    return undefined;
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
  const place = placeOf(value[key], rest);
  return place && [key, ...place];
}

function ownPage(
  { rule }: GatherField,
  { size, backward }: Page,
  { order, direction }: ListIdentity,
  position: Position | null,
): OwnPage {
  const cursor = position ? encodeOwnerCursor({ order, direction, ...position }) : undefined;
  return { size, backward, cursor, order: `${rule.orderEnum}.${order}` };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
