/** A list read in one order: as a whole, forward and backward by pages. Read once, judged by several rules. Long, because every rule reads what the same walk found. */
import { maxPageSize, type SortKey } from '@onenet/contract';
import type { OfferedList, OfferedOrder } from './offered.ts';
import { Violation, shown } from './rule.ts';
import { dataOf, type AuditedServer } from './server.ts';

export type Node = Readonly<Record<string, unknown>> & { readonly id: string };

export interface Edge {
  readonly cursor: string;
  readonly node: Node;
}

/** One page as it came. */
export interface Page {
  readonly sent: string;
  readonly edges: readonly Edge[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number | null;
}

/** One list in one order. `forward` and `backward` hold the same rows as `first` and `last`, in pages. */
export interface Reading {
  readonly list: OfferedList;
  readonly order: OfferedOrder;
  /** The first and the last rows, as many as a page may have. */
  readonly first: Page;
  readonly last: Page;
  /** In the order in which they were asked for. */
  readonly forward: readonly Page[];
  readonly backward: readonly Page[];
}

export class Lists {
  readonly #server: AuditedServer;
  readonly #readings = new Map<string, Promise<Reading | undefined>>();
  readonly #samples = new Map<string, Promise<readonly Node[]>>();
  /** The newest rows of all lists when reading began. */
  #newest: string | undefined;

  constructor(server: AuditedServer) {
    this.#server = server;
  }

  /**
   * Whether somebody has written since reading began. Then what was read is forgotten: two answers
   * that differ say nothing.
   */
  async hasMoved(): Promise<boolean> {
    const newest = await this.#readNewest();
    const moved = this.#newest !== undefined && newest !== this.#newest;
    this.#newest = newest;
    if (moved) this.forget();
    return moved;
  }

  /** What was read before counts no more. */
  forget(): void {
    this.#readings.clear();
    this.#samples.clear();
  }

  /** A list in one order, both ways; undefined: an argument that the order needs cannot be filled. */
  reading(list: OfferedList, order: OfferedOrder): Promise<Reading | undefined> {
    const key = `${list.name} ${order.name} ${order.direction}`;
    const known = this.#readings.get(key) ?? this.#read(list, order);
    this.#readings.set(key, known);
    return known;
  }

  /** Up to 100 rows of a list in its default order, with these fields. */
  async sample(list: OfferedList, fields = ''): Promise<readonly Node[]> {
    const key = `${list.name} ${fields}`;
    const known = this.#samples.get(key) ?? this.#readSample(list, fields);
    this.#samples.set(key, known);
    return await known;
  }

  /** How many rows each list has, counted up to `most`, by the list's name; undefined when they are not all answered. */
  async lengths(most: number): Promise<ReadonlyMap<string, number> | undefined> {
    const asked = this.#server.offered.lists.map(
      ({ name }) => `${name}(first: ${most}) { edges { node { id } } }`,
    );
    const { data, errors } = await this.#server.ask(`{ ${asked.join(' ')} }`);
    if (!data || errors.length > 0) return undefined;
    return new Map(
      Object.entries(data).flatMap(([name, list]): [string, number][] => {
        const { edges } = (list ?? {}) as { readonly edges?: unknown };
        return Array.isArray(edges) ? [[name, edges.length]] : [];
      }),
    );
  }

  /** One page. */
  async page(
    list: OfferedList,
    order: OfferedOrder,
    paging: Readonly<Record<string, unknown>>,
  ): Promise<Page> {
    const { query, variables } = await this.pageQuery(list, order, paging);
    const exchange = await this.#server.ask(query, { variables });
    return readPage(exchange.sent, dataOf(exchange)['list']);
  }

  /** The operation for one page. */
  async pageQuery(
    list: OfferedList,
    { name, direction, rule }: OfferedOrder,
    paging: Readonly<Record<string, unknown>>,
  ): Promise<{ query: string; variables: Readonly<Record<string, unknown>> }> {
    const needed = rule.needs === undefined ? {} : await this.#needed(list, rule.needs);
    const declared = ['$order: ' + list.orderType, ...declarations(paging)];
    const given = ['orderBy: $order', ...Object.keys(paging).map((key) => `${key}: $${key}`)];
    if (rule.needs !== undefined) {
      const argument = this.#argument(list, rule.needs);
      declared.push(`$${rule.needs}: ${argument}`);
      given.push(`${rule.needs}: $${rule.needs}`);
    }
    const extra = rule.path[0] === 'distanceMetres' ? ' latitude longitude' : '';
    return {
      query: `query(${declared.join(', ')}) { list: ${list.name}(${given.join(', ')}) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id ${rule.path.join(' { ')}${' }'.repeat(rule.path.length - 1)}${extra} } }
      } }`,
      variables: { order: { field: name, direction }, ...paging, ...needed },
    };
  }

  /** Whatever is written comes first by its time. */
  async #readNewest(): Promise<string> {
    const newest = this.#server.offered.lists.flatMap(({ name, orders }) => {
      const order = orders.find(
        ({ rule, direction }) => rule.path[0] === 'updatedAt' && direction === 'DESC',
      );
      if (!order) return [];
      return `${name}(first: 20, orderBy: { field: ${order.name}, direction: DESC }) { edges { node { id updatedAt } } }`;
    });
    return (await this.#server.ask(`{ ${newest.join(' ')} }`)).text;
  }

  async #read(list: OfferedList, order: OfferedOrder): Promise<Reading | undefined> {
    if (order.rule.needs !== undefined) {
      // Nothing to fill the argument with: an empty list.
      if (Object.keys(await this.#needed(list, order.rule.needs)).length === 0) return undefined;
    }
    const first = await this.page(list, order, { first: maxPageSize });
    const size = pageSizeFor(first.edges.length);
    const forward = await this.#walk(list, order, size, first.edges.length, true);
    const last = await this.page(list, order, { last: maxPageSize });
    const backward = await this.#walk(list, order, size, last.edges.length, false);
    return { list, order, first, last, forward, backward };
  }

  async #walk(
    list: OfferedList,
    order: OfferedOrder,
    size: number,
    rows: number,
    isForward: boolean,
  ): Promise<readonly Page[]> {
    const pages: Page[] = [];
    let cursor: string | null = null;
    let read = 0;
    do {
      const position: Record<string, unknown> = isForward
        ? { first: size, ...(cursor !== null && { after: cursor }) }
        : { last: size, ...(cursor !== null && { before: cursor }) };
      const page: Page = await this.page(list, order, position);
      pages.push(page);
      read += page.edges.length;
      const { hasNextPage, hasPreviousPage, endCursor, startCursor } = page.pageInfo;
      if (page.edges.length === 0 || !(isForward ? hasNextPage : hasPreviousPage)) break;
      cursor = isForward ? endCursor : startCursor;
    } while (read < rows && cursor !== null);
    return pages;
  }

  /** The argument that an order needs, filled from a row's fields of the same names. */
  async #needed(list: OfferedList, argument: string): Promise<Readonly<Record<string, unknown>>> {
    const required = this.#server.offered
      .inputFields(this.#argument(list, argument))
      .filter((field) => String(field.type).endsWith('!') && field.defaultValue === undefined)
      .map(({ name }) => name);
    const [node] = await this.sample(list, required.join(' '));
    if (!node) return {};
    return { [argument]: Object.fromEntries(required.map((name) => [name, node[name]])) };
  }

  #argument(list: OfferedList, argument: string): string {
    const fields = this.#server.offered.fields('Query');
    const field = fields.find(({ name }) => name === list.name);
    return String(field?.args.find(({ name }) => name === argument)?.type ?? '');
  }

  async #readSample(list: OfferedList, fields: string): Promise<readonly Node[]> {
    const query = `{ list: ${list.name}(first: ${maxPageSize}) { edges { node { id ${fields} } } } }`;
    const exchange = await this.#server.ask(query);
    const value = dataOf(exchange)['list'] as { edges?: { node?: Node }[] } | null;
    if (!Array.isArray(value?.edges)) {
      throw new Violation(exchange.sent, shown(exchange.text), 'A connection with edges.');
    }
    return value.edges.flatMap(({ node }) => (node ? [node] : []));
  }
}

/**
 * Three pages or so, of which the last is not full. Of a list that goes on behind the first hundred rows
 * just these, in four pages: of what comes behind them nothing is known.
 */
function pageSizeFor(rows: number): number {
  if (rows === maxPageSize) return maxPageSize / 4;
  return Math.max(2, Math.floor((rows + 2) / 3));
}

/** Where a row stands, by its own fields. */
export function keyOf({ rule }: OfferedOrder, node: Node): SortKey | undefined {
  const value = rule.path.reduce<unknown>(
    (object, name) => (object as Record<string, unknown> | null)?.[name],
    node,
  );
  if (rule.key === 'TIME') return typeof value === 'string' ? Date.parse(value) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** `serviceRequests by TITLE DESC` */
export function nameOf({ list, order }: Pick<Reading, 'list' | 'order'>): string {
  return `${list.name} by ${order.name} ${order.direction}`;
}

/** Rows of pages, in the list's order. */
export function rowsOf(pages: readonly Page[], isForward: boolean): readonly Edge[] {
  return (isForward ? pages : pages.toReversed()).flatMap(({ edges }) => edges);
}

const pagingTypes: Readonly<Record<string, string>> = {
  first: 'Int',
  last: 'Int',
  after: 'String',
  before: 'String',
};

function declarations(paging: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(paging).map((name) => `$${name}: ${pagingTypes[name] ?? 'String'}`);
}

function readPage(sent: string, value: unknown): Page {
  const page = value as Partial<Page> | null | undefined;
  const { edges, pageInfo } = page ?? {};
  const wellFormed =
    Array.isArray(edges) &&
    typeof pageInfo === 'object' &&
    edges.every((edge: Partial<Edge>) => typeof edge?.node?.id === 'string');
  if (!wellFormed) throw new Violation(sent, shown(value), 'A connection with edges and pageInfo.');
  return { sent, edges, pageInfo, totalCount: page?.totalCount ?? null };
}
