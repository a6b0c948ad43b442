/** One gathered list: who is in scope is asked, the pages are merged, and the answer says how complete it is. */
import {
  NetError,
  decodeOwnerCursor,
  encodeOwnerCursor,
  orderOf,
  parsePage,
  type Page,
  type Position,
} from '@onenet/contract';
import { hash } from 'node:crypto';
import type { Absence } from '../context.ts';
import type { JsonObject } from './conform.ts';
import { asNetError, isCallersFault, type Failure } from './failure.ts';
import { pageKey, rowsOf, totalKey, type GatherField } from './gather-ask.ts';
import { isKeyOf, type ListIdentity } from './net-cursor.ts';
import type { Part as MergePart } from './merge.ts';
import { failed, type Part } from './owner-answer.ts';
import type { EntityFields } from './plan.ts';
import { argumentsOf, noteIncident, valueAt, type Run, type Values } from './run.ts';
import { scopeOf, unknownPlatform, type Scope } from './scope.ts';
import { beginPage, turnPage, type TurnedPage, type Walk } from './walk.ts';
import type { Wave } from './wave.ts';

/** The platform or division whose list it is; undefined for a list of the root. */
type On = { readonly fields: EntityFields; readonly key: string } | undefined;

/** One owner's page, checked. */
interface OwnerPage extends MergePart {
  readonly value: JsonObject;
}

/** A gathered list in a run. */
export class Gathering {
  readonly #run: Run;
  readonly #field: GatherField;
  readonly #on: On;
  #walk: Walk | undefined;
  #scope: Scope = { asked: [], notAsked: [] };
  #refused: NetError | undefined;

  constructor(run: Run, field: GatherField, on: On) {
    this.#run = run;
    this.#field = field;
    this.#on = on;
  }

  /** Finds out who is asked, and from where. */
  prepare(wave: Wave): void {
    try {
      this.#prepare(wave);
    } catch (error) {
      this.#refused = asNetError(error);
    }
  }

  /** Puts the answer together: the connection, or null with the error. */
  finish(wave: Wave): JsonObject | NetError {
    const walk = this.#walk;
    if (this.#refused || !walk) return this.#refused ?? asNetError(undefined);
    const { pages, failures } = this.#pagesOf(wave, walk);
    const turned = turnPage(walk, pages, new Set(failures.keys()));
    for (const [platform, detail] of turned.wrong) {
      failures.set(platform, failed('INVALID', detail));
    }
    const missing: Absence[] = [
      ...[...failures].map(([platform, { reason }]) => ({ platform, reason })),
      ...walk.heldBack.map((platform) => ({ platform, reason: 'HELD_BACK' })),
    ];
    const completeness = {
      asked: walk.asks.length,
      answered: walk.asks.length - failures.size,
      notAsked: this.#scope.notAsked,
      missing,
      resume: turned.resume,
      asOf: this.#run.asOf,
    };
    this.#report(completeness, failures);
    const refusal = this.#demand(completeness, failures, walk);
    if (refusal) return refusal;
    const answered = pages.filter((page) => !failures.has(page.platform));
    return this.#connection(answered, pages, turned, completeness, walk);
  }

  #prepare(wave: Wave): void {
    const { selected, typeName, edges } = this.#field;
    const args = argumentsOf(this.#run, typeName, selected.node);
    const page = parsePage({
      first: numberOrNull(args['first']),
      after: textOrNull(args['after']),
      last: numberOrNull(args['last']),
      before: textOrNull(args['before']),
    });
    const list = this.#identity(args);
    this.#scope = this.#scopeOf(args);
    const walk = beginPage(
      list,
      page,
      this.#scope.asked.map((owner) => owner.code),
    );
    const owners = new Map(this.#scope.asked.map((owner) => [owner.code, owner]));
    for (const { platform, position } of walk.asks) {
      const owner = owners.get(platform);
      if (owner) wave.wantGathered(owner, this.#field, this.#on, ownPage(page, list, position));
    }
    void edges;
    this.#walk = walk;
  }

  /** What a cursor of this list belongs to: all arguments but paging, with the order made explicit. */
  #identity(args: Values): ListIdentity {
    const { rule, typeName, selected } = this.#field;
    const order = String(valueAt(args, ['orderBy', 'field']) ?? rule.order);
    const asked = valueAt(args, ['orderBy', 'direction']) ?? rule.direction;
    const direction = asked === 'DESC' ? 'DESC' : 'ASC';
    const key = orderOf(rule.orderEnum, order, this.#run.plan.source.schema)?.key;
    if (!key) throw new Error(`${rule.orderEnum}.${order} has no order.`);
    const others = Object.entries(args).filter(([name]) => !paging.has(name));
    const text = canonical([
      typeName,
      selected.name,
      this.#on?.key ?? null,
      direction,
      Object.fromEntries(others),
    ]);
    return { list: hash('sha256', text, 'base64url').slice(0, 12), order, direction, key };
  }

  #scopeOf(args: Values): Scope {
    const { net } = this.#run;
    const { rule, module, typeName } = this.#field;
    const code = this.#on?.key;
    if (typeName === 'Platform') {
      const owner = net.owner(code ?? '');
      if (!owner) throw unknownPlatform(code ?? '');
      return scopeOf([owner], module);
    }
    const place = rule.place && valueAt(args, rule.place);
    const places = [code, place].filter((given) => typeof given === 'string');
    for (const given of places) {
      if (!divisionCode.test(given)) {
        throw new NetError(
          'UNKNOWN_DIVISION',
          `"${given}" is no division's code: 6, 9 or 12 digits.`,
        );
      }
    }
    const scope = net.scope(places, module);
    const platforms = rule.platforms && valueAt(args, rule.platforms);
    if (!Array.isArray(platforms)) return scope;
    const wanted = new Set(platforms.map(String));
    for (const platform of wanted) if (!net.owner(platform)) throw unknownPlatform(platform);
    return {
      asked: scope.asked.filter((owner) => wanted.has(owner.code)),
      notAsked: scope.notAsked.filter(({ platform }) => wanted.has(platform)),
    };
  }

  #pagesOf(
    wave: Wave,
    walk: Walk,
  ): { readonly pages: readonly OwnerPage[]; readonly failures: Map<string, Failure> } {
    const pages: OwnerPage[] = [];
    const failures = new Map<string, Failure>();
    for (const { platform, position } of walk.asks) {
      const part = wave.gathered(platform, this.#field, this.#on);
      if (part.ok) {
        const page = this.#ownerPage(platform, part, walk, position);
        if (typeof page === 'string') failures.set(platform, failed('INVALID', page));
        else pages.push(page);
      } else failures.set(platform, part.failure);
    }
    return { pages, failures };
  }

  #ownerPage(
    platform: string,
    part: Extract<Part, { ok: true }>,
    walk: Walk,
    start: Position | null,
  ): OwnerPage | string {
    const { edges, cursorKey, nodeKey, idKey } = this.#field;
    const { list, page } = walk;
    const [first, ...others] = edges;
    const rows = first ? rowsOf(part.value, first.key) : [];
    for (const other of others) {
      if (rowsOf(part.value, other.key).length !== rows.length) return 'edges of different lengths';
    }
    const info = part.value[pageKey];
    return {
      platform,
      value: part.value,
      length: rows.length,
      start,
      more: flag(info, page.backward ? 'hasPreviousPage' : 'hasNextPage'),
      position(row) {
        const edge = rows[page.backward ? rows.length - 1 - row : row];
        return positionOf(list, edge?.[cursorKey], idIn(edge?.[nodeKey], idKey));
      },
    };
  }

  #connection(
    answered: readonly OwnerPage[],
    pages: readonly OwnerPage[],
    turned: TurnedPage,
    completeness: Readonly<Record<string, unknown>> & { readonly missing: readonly Absence[] },
    walk: Walk,
  ): JsonObject {
    const field = this.#field;
    const { backward } = walk.page;
    const connection: JsonObject = {};
    const wantsCursors = field.edges.some((edges) => edges.cursors.length > 0);
    const cursors = wantsCursors ? turned.rows.map((row) => turned.cursorOf(row.position)) : [];
    for (const { key, cursors: cursorKeys } of field.edges) {
      const lists = pages.map((page) => rowsOf(page.value, key));
      connection[key] = turned.rows.map(({ part, row }, i) => {
        const list = lists[part] ?? [];
        const edge = list[backward ? list.length - 1 - row : row] ?? {};
        for (const cursorKey of cursorKeys) edge[cursorKey] = cursors[i];
        return edge;
      });
    }
    const cursorAt = (index: number): string | null => {
      const row = turned.rows.at(index);
      return row ? turned.cursorOf(row.position) : null;
    };
    const behind = answered.some((page) =>
      flag(page.value[pageKey], backward ? 'hasNextPage' : 'hasPreviousPage'),
    );
    for (const { key, project } of field.pageInfo) {
      connection[key] = project({
        hasNextPage: backward ? behind : turned.more,
        hasPreviousPage: backward ? turned.more : behind,
        startCursor: cursorAt(0),
        endCursor: cursorAt(-1),
      });
    }
    const totals = answered.map((page) => page.value[totalKey]);
    const whole =
      completeness.missing.length === 0 &&
      walk.cursor.ask === null &&
      totals.every((total) => typeof total === 'number');
    for (const key of field.totals) connection[key] = whole ? sum(totals) : null;
    for (const key of field.knowns) connection[key] = sum(totals);
    for (const { key, project } of field.completeness) connection[key] = project(completeness);
    for (const key of field.typenames) connection[key] = field.rule.connectionType;
    return connection;
  }

  #report(
    completeness: {
      readonly asked: number;
      readonly answered: number;
      readonly notAsked: readonly Absence[];
      readonly missing: readonly Absence[];
      readonly resume: string | null;
      readonly asOf: string;
    },
    failures: ReadonlyMap<string, Failure>,
  ): void {
    for (const [platform, failure] of failures) noteIncident(this.#run, platform, failure);
    this.#run.context.report.addGathered({
      path: [...this.#run.path, this.#field.selected.key],
      of: this.#on?.key ?? null,
      ...completeness,
    });
  }

  /** Why there is no answer at all, if so: nobody answered, or fewer than the caller demands. */
  #demand(
    { asked, answered }: { readonly asked: number; readonly answered: number },
    failures: ReadonlyMap<string, Failure>,
    walk: Walk,
  ): NetError | undefined {
    const missing = [
      ...[...failures].map(([platform, { reason }]) => ({ platform, reason })),
      ...walk.heldBack.map((platform) => ({ platform, reason: 'HELD_BACK' })),
    ];
    if (asked > 0 && answered === 0) {
      const codes = new Set([...failures.values()].map((failure) => failure.code));
      const [code] = codes;
      // Everybody refuses the same argument: the caller's own mistake.
      if (codes.size === 1 && isCallersFault(code)) return new NetError(code);
      return new NetError('NOBODY_ANSWERED', undefined, { asked, missing });
    }
    const { completeness: demand } = this.#run.context;
    const whole = missing.length === 0;
    // Those held back count as well: they were asked earlier in this walk.
    const quorum = 2 * answered > asked + walk.heldBack.length || asked === 0;
    if (demand === 'BEST_EFFORT' || whole || (demand === 'QUORUM' && quorum)) return undefined;
    return new NetError('INCOMPLETE', undefined, { demand, asked, answered, missing });
  }
}

const paging: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before', 'orderBy']);

/** 6, 9 or 12 digits. */
const divisionCode = /^\d{6}(?:\d{3}){0,2}$/;

function ownPage(
  { size, backward }: Page,
  { order, direction }: ListIdentity,
  position: Position | null,
): { readonly size: number; readonly backward: boolean; readonly cursor: string | undefined } {
  const cursor = position ? encodeOwnerCursor({ order, direction, ...position }) : undefined;
  return { size, backward, cursor };
}

/** A row's position, as its owner's cursor says; it must be the row's own, and of this order. */
function positionOf(list: ListIdentity, cursor: unknown, id: unknown): Position | string {
  if (typeof cursor !== 'string') return 'no cursor';
  try {
    const { key, id: cursorId } = decodeOwnerCursor(cursor, list);
    if (cursorId !== id) return 'a cursor of another row';
    if (!isKeyOf(list, key)) return 'a cursor whose key is of another kind';
    return { key, id: cursorId };
  } catch {
    return 'a cursor that cannot be read, or of another order';
  }
}

function idIn(node: unknown, idKey: string): unknown {
  return typeof node === 'object' && node !== null ? valueAt({ ...node }, [idKey]) : undefined;
}

function flag(info: unknown, name: string): boolean {
  return typeof info === 'object' && info !== null && valueAt({ ...info }, [name]) === true;
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((all, value) => all + (typeof value === 'number' ? value : 0), 0);
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** JSON with sorted keys and without what is null: the same arguments give the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([, member]) => member != null)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
