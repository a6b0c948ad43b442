/** Lists: one global order, cursors that anybody can read, pages that lose nothing. Long, because four rules read the same pages. */
import {
  comparePositions,
  decodeOwnerCursor,
  defaultPageSize,
  encodeCursor,
  encodeOwnerCursor,
  haversineMetres,
  maxPageSize,
  type OwnerCursor,
  type Position,
} from '@onenet/contract';
import { inOrder } from '../in-order.ts';
import { keyOf, nameOf, rowsOf, type Edge, type Page, type Reading } from '../lists.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { cameIn, codesOf, type AuditedServer } from '../server.ts';

export const listRules: readonly Rule[] = [
  {
    id: 'M8',
    level: 'MUST',
    title: 'Lists run in the one global order',
    module: 'core',
    check: (server) =>
      eachReading(server, (reading) => {
        for (const page of pagesOf(reading)) runsInOrder(reading, page);
      }),
  },
  {
    id: 'M9',
    level: 'MUST',
    title: 'A cursor is written as the contract says, and names a place in the order',
    module: 'core',
    async check(server) {
      return await eachReading(server, async (reading) => {
        for (const page of pagesOf(reading))
          page.edges.forEach((edge) => readable(reading, page, edge));
        await placesBetween(server, reading);
        if (reading.order.direction === 'ASC') await refusedCursors(server, reading);
      });
    },
  },
  {
    id: 'M10',
    level: 'MUST',
    title: 'Pages, forward and backward, hold every row once',
    module: 'core',
    async check(server) {
      const lists = new Set<string>();
      const note = await eachReading(server, async (reading) => {
        everyRowOnce(reading);
        for (const page of pagesOf(reading)) endsOf(page);
        neighbours(reading);
        // Bounds do not depend on the order.
        const isFirst = !lists.has(reading.list.name);
        lists.add(reading.list.name);
        if (isFirst) await refusedPages(server, reading);
      });
      return (await defaultSize(server)) ?? note;
    },
  },
  {
    id: 'S4',
    level: 'SHOULD',
    title: '`totalCount` is given, and right',
    module: 'core',
    check: (server) =>
      eachReading(server, (reading) => {
        const { first } = reading;
        const wanted = first.pageInfo.hasNextPage ? undefined : first.edges.length;
        const holds =
          first.totalCount !== null &&
          (wanted === undefined
            ? first.totalCount > first.edges.length
            : first.totalCount === wanted);
        must(
          holds,
          `${nameOf(reading)}: ${first.sent}`,
          () => `totalCount ${shown(first.totalCount)}`,
          wanted === undefined ? `More than ${first.edges.length}.` : `${wanted}.`,
        );
      }),
  },
];

/** Checks every offered list in every order; says so where there was nothing to see. */
async function eachReading(
  server: AuditedServer,
  check: (reading: Reading) => void | Promise<void>,
): Promise<string | undefined> {
  const empty = new Set<string>();
  let checked = 0;
  const orders = server.offered.lists.flatMap((list) =>
    list.orders.map((order) => ({ list, order })),
  );
  const readings = inOrder(orders, async ({ list, order }) => {
    const reading = await server.lists.reading(list, order);
    if (reading) await check(reading);
    return reading;
  });
  for await (const reading of readings) {
    if (!reading) continue;
    if (reading.first.edges.length < 2) empty.add(reading.list.name);
    else checked += 1;
  }
  if (checked === 0) throw new NotChecked('no list has two rows: load records first');
  return empty.size > 0 ? `fewer than two rows in ${[...empty].join(', ')}` : undefined;
}

const pagesOf = ({ first, last, forward, backward }: Reading): readonly Page[] => [
  first,
  last,
  ...forward,
  ...backward,
];

function positionOf({ order }: Reading, { node }: Edge, sent: string): Position {
  const key = keyOf(order, node);
  if (key === undefined) {
    must(false, sent, () => shown(node), `${order.rule.path.join('.')} of every node: never null.`);
    return { key: '', id: node.id };
  }
  return { key, id: node.id };
}

function runsInOrder(reading: Reading, page: Page): void {
  const { direction, rule } = reading.order;
  page.edges.forEach((edge, index) => {
    const next = page.edges[index + 1];
    if (rule.path[0] === 'distanceMetres') rightDistance(page, edge);
    if (!next) return;
    const [a, b] = [positionOf(reading, edge, page.sent), positionOf(reading, next, page.sent)];
    must(
      comparePositions(a, b, direction) < 0,
      `${nameOf(reading)}: ${page.sent}`,
      () => `${shown(a)} before ${shown(b)}`,
      `(key, id) in the direction ${direction}: strings by Unicode code point, times as UTC milliseconds, the id after the key.`,
    );
  });
}

/** The variables of the page say from where it was measured. */
function rightDistance(page: Page, { node }: Edge): void {
  const near = /"near":(\{[^}]*\})/.exec(page.sent)?.[1];
  const { latitude, longitude, distanceMetres } = node;
  if (near === undefined || typeof latitude !== 'number' || typeof longitude !== 'number') return;
  const from = JSON.parse(near) as { latitude: number; longitude: number };
  const wanted = haversineMetres(from, { latitude, longitude });
  must(
    distanceMetres === wanted,
    page.sent,
    () => `${node.id}: ${shown(distanceMetres)} m`,
    `${wanted} m: haversine with R = 6,378,100 m, rounded.`,
  );
}

function readable(reading: Reading, page: Page, edge: Edge): void {
  const { name, direction } = reading.order;
  const wanted = { order: name, direction, ...positionOf(reading, edge, page.sent) };
  const came = decoded(edge.cursor);
  must(
    came !== undefined && sameCursor(came, wanted),
    `${nameOf(reading)}: ${page.sent}`,
    () => `${edge.cursor}, which is ${came ? shown(came) : 'no cursor'}`,
    `base64url of ${JSON.stringify([1, name, direction, wanted.key, wanted.id])}.`,
  );
}

function decoded(cursor: string): OwnerCursor | undefined {
  try {
    return decodeOwnerCursor(cursor);
  } catch {
    return undefined;
  }
}

function sameCursor(a: OwnerCursor, b: OwnerCursor): boolean {
  return a.order === b.order && a.direction === b.direction && a.key === b.key && a.id === b.id;
}

/** The net's own cursors name rows of other platforms: what follows is what follows them here. */
async function placesBetween(server: AuditedServer, reading: Reading): Promise<void> {
  const { list, order, first } = reading;
  const middle = first.edges[Math.floor(first.edges.length / 2)];
  if (!middle) return;
  const { key } = positionOf(reading, middle, first.sent);
  for (const id of ['0:before-all', 'Z:after-all']) {
    const place = { key, id };
    const after = encodeOwnerCursor({ order: order.name, direction: order.direction, ...place });
    const page = await server.lists.page(list, order, { first: 2, after });
    const wanted = first.edges
      .filter((edge) => comparePositions(positionOf(reading, edge, ''), place, order.direction) > 0)
      .slice(0, 2)
      .map(({ node }) => node.id);
    const came = page.edges.map(({ node }) => node.id);
    must(
      JSON.stringify(came.slice(0, wanted.length)) === JSON.stringify(wanted),
      `after ${JSON.stringify([1, order.name, order.direction, key, id])}: ${page.sent}`,
      () => shown(came),
      `${shown(wanted)}: the rows that follow that place, though no row of yours is there.`,
    );
  }
}

/** Cursors that are not of this order, direction or version, or none at all. */
async function refusedCursors(server: AuditedServer, reading: Reading): Promise<void> {
  const { list, order, first } = reading;
  const other = list.orders.find(({ name }) => name !== order.name)?.name ?? 'ANOTHER';
  const turned = order.direction === 'ASC' ? 'DESC' : 'ASC';
  const key = order.rule.key === 'STRING' ? 'a' : 1;
  const wrongKey = order.rule.key === 'STRING' ? 1 : 'a';
  const id = first.edges[0]?.node.id ?? `${server.code}:x`;
  const wrong = [
    'not-a-cursor',
    encodeCursor([1, order.name, turned, key, id]),
    encodeCursor([1, other, order.direction, key, id]),
    encodeCursor([2, order.name, order.direction, key, id]),
    encodeCursor([1, order.name, order.direction, wrongKey, id]),
  ];
  for (const after of wrong) {
    await refusedWith(server, reading, { first: 2, after }, 'BAD_CURSOR');
  }
}

function everyRowOnce(reading: Reading): void {
  const { first, last, forward, backward } = reading;
  const ways = [
    ['forward', rowsOf(forward, true).slice(0, first.edges.length), first],
    ['backward', rowsOf(backward, false).slice(-Math.max(1, last.edges.length)), last],
  ] as const;
  for (const [way, rows, whole] of ways) {
    const wanted = whole.edges.map(({ node }) => node.id).toSorted();
    const came = rows.map(({ node }) => node.id).toSorted();
    must(
      JSON.stringify(came) === JSON.stringify(wanted),
      `${nameOf(reading)}, ${way} by pages`,
      () => `${came.length} rows, of which ${new Set(came).size} are different: ${shown(came)}`,
      `The ${wanted.length} rows of one page: ${shown(wanted)}.`,
    );
  }
  if (!first.pageInfo.hasNextPage) {
    must(
      first.edges.length === last.edges.length,
      `${nameOf(reading)}: ${last.sent}`,
      () => `${last.edges.length} rows`,
      `As many as with first: ${first.edges.length}.`,
    );
  }
}

function endsOf({ sent, edges, pageInfo }: Page): void {
  const { startCursor, endCursor } = pageInfo;
  must(
    startCursor === (edges[0]?.cursor ?? null) && endCursor === (edges.at(-1)?.cursor ?? null),
    sent,
    () => shown(pageInfo),
    'startCursor and endCursor: the cursors of the first and the last edge, null without edges.',
  );
}

/** What a page says of its neighbours. */
function neighbours(reading: Reading): void {
  const { first, last, forward, backward } = reading;
  const check = (pages: readonly Page[], whole: Page, isForward: boolean): void => {
    const more = isForward ? whole.pageInfo.hasNextPage : whole.pageInfo.hasPreviousPage;
    pages.forEach(({ sent, pageInfo }, index) => {
      const ahead = index < pages.length - 1 || more;
      const behind = index > 0;
      const [next, previous] = isForward ? [ahead, behind] : [behind, ahead];
      must(
        pageInfo.hasNextPage === next && pageInfo.hasPreviousPage === previous,
        `${nameOf(reading)}, page ${index + 1}: ${sent}`,
        () => shown(pageInfo),
        `hasNextPage ${String(next)}, hasPreviousPage ${String(previous)}.`,
      );
    });
  };
  check(forward, first, true);
  check(backward, last, false);
}

async function refusedPages(server: AuditedServer, reading: Reading): Promise<void> {
  const cursor = reading.first.edges[0]?.cursor;
  const wrong: Readonly<Record<string, unknown>>[] = [
    { first: 0 },
    { first: -1 },
    { first: maxPageSize + 1 },
    { last: 0 },
    { last: maxPageSize + 1 },
    { first: 2, last: 2 },
    ...(cursor === undefined
      ? []
      : [
          { first: 2, before: cursor },
          { last: 2, after: cursor },
        ]),
  ];
  for (const paging of wrong) await refusedWith(server, reading, paging, 'BAD_PAGE');
}

async function refusedWith(
  server: AuditedServer,
  { list, order }: Reading,
  paging: Readonly<Record<string, unknown>>,
  code: string,
): Promise<void> {
  const { query, variables } = await server.lists.pageQuery(list, order, paging);
  const exchange = await server.ask(query, { variables });
  must(
    codesOf(exchange).includes(code) && exchange.data?.['list'] == null,
    exchange.sent,
    () => cameIn(exchange),
    `${code}, and no rows.`,
  );
}

/** Without `first` or `last`, a page has 20 rows. */
async function defaultSize(server: AuditedServer): Promise<string | undefined> {
  for (const list of server.offered.lists) {
    const [order] = list.orders;
    if (!order || (await server.lists.sample(list)).length <= defaultPageSize) continue;
    const page = await server.lists.page(list, order, {});
    must(
      page.edges.length === defaultPageSize,
      page.sent,
      () => `${page.edges.length} rows`,
      `${defaultPageSize} rows.`,
    );
    return undefined;
  }
  return `the default of ${defaultPageSize} rows is not seen: no list has more`;
}
