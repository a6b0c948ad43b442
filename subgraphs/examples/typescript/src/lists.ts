/** The lists of the contract as one table: where each reads, what it sorts and filters by. Long, because it is one table. */
import type { Context, Row } from './context.ts';
import { NetError, badInput } from './errors.ts';
import { divisionPrefix, parseId } from './ids.ts';
import {
  Connection,
  type Direction,
  type Order,
  type PageArguments,
  type Position,
  type Rows,
} from './paging.ts';

/** One list: its view, its orders (name → column and kind of key), its filters ($ is the value). */
interface ListPlan {
  readonly view: string;
  readonly orders: Readonly<Record<string, readonly [column: string, key: Order['key']]>>;
  readonly first: readonly [order: string, direction: Direction];
  readonly filters: Readonly<
    Record<string, readonly [condition: string, check?: (value: never) => unknown]>
  >;
  /** Whether its records can move to another platform. */
  readonly moves?: true;
}

/** Tombstones are in no list; what is offered to another platform is in those that ask for it. */
const moving = `status = 'IN_TRANSFER'`;
const staying = `status <> 'TRANSFERRED' AND status <> 'IN_TRANSFER'`;

const open = `status IN ('SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED')`;
const toMs = (value: Date) => value.getTime();
const recordId = (value: string) => {
  parseId(value);
  return value;
};
const partOfText = (value: string) => {
  if (value.length > 200)
    throw badInput(`A text to look for is ${value.length} long: at most 200.`);
  return value;
};

const lists: Readonly<Record<string, ListPlan>> = {
  organizations: {
    view: 'organization',
    orders: {
      NAME: ['name', 'string'],
      FOUNDED_AT: ['foundedMs', 'number'],
      UPDATED_AT: ['updatedMs', 'number'],
    },
    first: ['NAME', 'ASC'],
    filters: {
      kinds: ['kind = ANY($)'],
      parentId: ['"parentId" = $', recordId],
      nameContains: ['strpos(name, $) > 0', partOfText],
    },
  },
  stations: {
    view: 'station',
    orders: {
      NAME: ['name', 'string'],
      UPDATED_AT: ['updatedMs', 'number'],
      DISTANCE: ['distanceMetres', 'number'],
    },
    first: ['NAME', 'ASC'],
    filters: {
      organizationId: ['"organizationId" = $', recordId],
      nameContains: ['strpos(name, $) > 0', partOfText],
    },
  },
  serviceRequests: {
    view: 'service_request',
    orders: {
      SUBMITTED_AT: ['submittedMs', 'number'],
      UPDATED_AT: ['updatedMs', 'number'],
      TITLE: ['title', 'string'],
      CATEGORY: ['category', 'string'],
    },
    first: ['SUBMITTED_AT', 'DESC'],
    filters: {
      statuses: ['status = ANY($)'],
      categories: ['category = ANY($)'],
      channels: ['channel = ANY($)'],
      organizationId: ['"organizationId" = $', recordId],
      supervised: ['supervised = $'],
      submittedFrom: ['"submittedMs" >= $', toMs],
      submittedTo: ['"submittedMs" < $', toMs],
      overdueNow: [`coalesce(${open} AND "dueMs" < $now, false) = $`],
      titleContains: ['strpos(title, $) > 0', partOfText],
      ratingAtMost: ['rating <= $'],
      escalationAtLeast: ['"escalationLevel" >= $'],
    },
    moves: true,
  },
  members: {
    view: 'member',
    orders: { APPLIED_AT: ['appliedMs', 'number'], UPDATED_AT: ['updatedMs', 'number'] },
    first: ['APPLIED_AT', 'DESC'],
    filters: {
      statuses: ['status = ANY($)'],
      kinds: ['kind = ANY($)'],
      channels: ['channel = ANY($)'],
      organizationId: ['"organizationId" = $', recordId],
      appliedFrom: ['"appliedMs" >= $', toMs],
      appliedTo: ['"appliedMs" < $', toMs],
      joinCodeId: ['"joinCodeId" = $', recordId],
    },
    moves: true,
  },
  joinCodes: {
    view: 'join_code',
    orders: { ISSUED_AT: ['issuedMs', 'number'], UPDATED_AT: ['updatedMs', 'number'] },
    first: ['ISSUED_AT', 'DESC'],
    filters: { statuses: ['status = ANY($)'], organizationId: ['"organizationId" = $', recordId] },
  },
  articles: {
    view: 'article',
    orders: {
      PUBLISHED_AT: ['publishedMs', 'number'],
      UPDATED_AT: ['updatedMs', 'number'],
      READ_COUNT: ['readCount', 'number'],
    },
    first: ['PUBLISHED_AT', 'DESC'],
    filters: {
      column: ['"column" = $'],
      publishedFrom: ['"publishedMs" >= $', toMs],
      publishedTo: ['"publishedMs" < $', toMs],
      titleContains: ['strpos(title, $) > 0', partOfText],
    },
  },
  comments: {
    view: 'comment',
    orders: { AT: ['atMs', 'number'] },
    first: ['AT', 'ASC'],
    filters: {},
  },
};

export interface ListArguments extends PageArguments {
  readonly filter?: Readonly<Record<string, unknown>> | null;
  readonly orderBy?: { readonly field: string; readonly direction: Direction } | null;
  readonly near?: Near | null;
}

interface Near {
  readonly latitude: number;
  readonly longitude: number;
  readonly withinMetres: number;
}

/** A page of a list: of a division if `within` is its code, of a record if `owner` is [column, id]. */
export function listOf(
  context: Context,
  name: string,
  given: ListArguments,
  { within, owner }: { readonly within?: string; readonly owner?: readonly [string, string] } = {},
): Connection {
  const plan = lists[name];
  if (!plan) throw new Error(`There is no list ${name}.`);
  const [field, direction] = given.orderBy
    ? [given.orderBy.field, given.orderBy.direction]
    : plan.first;
  const [column, key] = plan.orders[field] ?? ['id', 'string'];
  const rows = new Keyset(context, plan, { name: field, direction, column, key });
  if (given.near) rows.measure(given.near);
  else if (field === 'DISTANCE') {
    throw badInput('The order DISTANCE needs `near`: give a point and a distance.');
  }
  rows.choose(given.filter ?? {}, within, owner);
  return new Connection(rows, given);
}

/** Rows in the order (key, id), read from a position on by comparing both at once. */
class Keyset implements Rows {
  readonly order: Order;
  readonly #context: Context;
  readonly #plan: ListPlan;
  readonly #values: unknown[] = [];
  #conditions: string[] = ['true'];
  #source: string;

  constructor(context: Context, plan: ListPlan, order: Order) {
    this.#context = context;
    this.#plan = plan;
    this.order = order;
    this.#source = `contract.${plan.view}`;
  }

  /** Keeps what lies around a point, and adds how far it is. */
  measure({ latitude, longitude, withinMetres }: Near): void {
    for (const [name, value, most] of [
      ['latitude', latitude, 90],
      ['longitude', longitude, 180],
    ] as const) {
      if (!(Math.abs(value) <= most)) {
        throw badInput(`\`near\` is out of range, ${name} ${value}: from -${most} to ${most}.`);
      }
    }
    if (withinMetres < 1 || withinMetres > 100_000) {
      throw badInput(`\`near\` is out of range, withinMetres ${withinMetres}: from 1 to 100,000.`);
    }
    const [lat, lon] = [this.#value(latitude), this.#value(longitude)];
    const distance = `metres_between(${lat}::float8, ${lon}::float8, latitude, longitude)`;
    this.#source = `(SELECT *, ${distance} AS "distanceMetres" FROM ${this.#source}) AS measured`;
    this.#conditions.push(`"distanceMetres" <= ${this.#value(withinMetres)}`);
  }

  /** Keeps what the filter, the division and the owning record say. */
  choose(
    given: Readonly<Record<string, unknown>>,
    within: string | undefined,
    owner: readonly [string, string] | undefined,
  ): void {
    const { code, divisions } = this.#context.platform;
    const { platforms, place } = given as { platforms?: string[] | null; place?: string | null };
    for (const each of [place, within]) {
      if (each == null) continue;
      if (!divisions.has(each)) {
        throw new NetError('UNKNOWN_DIVISION', `No division has the code "${each}".`);
      }
      this.#add('starts_with("placeCode", $)', divisionPrefix(each));
    }
    if (owner) this.#add(`"${owner[0]}" = $`, owner[1]);
    if (this.#plan.moves) this.#conditions.push(given['inTransfer'] === true ? moving : staying);
    for (const [name, [condition, check]] of Object.entries(this.#plan.filters)) {
      const value = given[name];
      if (value != null) this.#add(condition, check ? check(value as never) : value);
    }
    if (platforms != null && !platforms.includes(code)) this.#conditions.push('false');
  }

  async read(
    start: Position | null,
    direction: Direction,
    limit: number,
    inclusive: boolean,
  ): Promise<Row[]> {
    const key = `"${this.order.column}"`;
    const values = [...this.#values, limit];
    const conditions = [...this.#conditions];
    if (start) {
      const compare = `${direction === 'ASC' ? '>' : '<'}${inclusive ? '=' : ''}`;
      const [at, id] = [values.push(start.key), values.push(start.id)];
      conditions.push(`(${key}, id) ${compare} ($${at}, $${id})`);
    }
    return this.#context.rows(
      `SELECT * FROM ${this.#source} WHERE ${conditions.join(' AND ')}` +
        ` ORDER BY ${key} ${direction}, id ${direction} LIMIT $${this.#values.length + 1}`,
      values,
    );
  }

  async count(): Promise<number> {
    const where = this.#conditions.join(' AND ');
    const text = `SELECT count(*)::int AS n FROM ${this.#source} WHERE ${where}`;
    const [row] = await this.#context.rows(text, this.#values);
    return Number(row?.['n']);
  }

  #add(condition: string, value: unknown): void {
    // PostgreSQL cannot store such a text, so no record has it.
    if (typeof value === 'string' && value.includes('\0')) this.#conditions.push('false');
    else {
      const now = () => this.#value(this.#context.now.getTime());
      this.#conditions.push(
        condition.replace('$now', now).replace(/\$(?!\d)/, () => this.#value(value)),
      );
    }
  }

  /** The parameter that stands for a value. */
  #value(value: unknown): string {
    return `$${this.#values.push(value)}`;
  }
}
