/** Filters: what they leave out never appears, what they name is there. Which filter speaks of which field is read from the contract. */
import { divisionContains } from '@onenet/contract';
import { inOrder } from '../in-order.ts';
import { meaningOf, type Meaning } from '../filter-meaning.ts';
import type { Node } from '../lists.ts';
import type { OfferedList } from '../offered.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { dataOf, type AuditedServer } from '../server.ts';

export const filterRules: readonly Rule[] = [
  {
    id: 'M11',
    level: 'MUST',
    title: 'A filter narrows: what it leaves out never appears, what it names is there',
    module: 'core',
    async check(server) {
      let rows = 0;
      const checked = inOrder(server.offered.lists, (list) => filtersOf(server, list));
      for await (const read of checked) rows += read;
      if (rows === 0) throw new NotChecked('every list is empty: load records first');
    },
  },
  {
    id: 'M12',
    level: 'MUST',
    title: 'A transferred record stands in no list',
    module: 'core',
    async check(server) {
      let checked = 0;
      for (const list of server.offered.lists) {
        const fields = server.offered.fields(list.node.name).map(({ name }) => name);
        if (!fields.includes('transferredToId')) continue;
        checked += 1;
        const all = await server.lists.sample(list, 'status transferredToId');
        noTombstone(`${list.name}: every row`, all);
        const filter = list.filterFields.find(({ name }) => name === 'statuses');
        if (!filter) continue;
        const some = await filtered(server, list, { statuses: ['TRANSFERRED'] }, '');
        must(
          some.nodes.length === 0,
          some.sent,
          () => shown(some.nodes),
          'No row: a tombstone is found by its id only.',
        );
        await inTransferAlone(server, list);
      }
      if (checked === 0) throw new NotChecked('no list offers transferredToId');
    },
  },
];

/** All filters of a list, on the few rows that are read of it; how many those are. */
async function filtersOf(server: AuditedServer, list: OfferedList): Promise<number> {
  const meanings = list.filterFields.flatMap((field) => meaningOf(server, list, field) ?? []);
  const fields = [...new Set(meanings.flatMap((each) => each.fields))].join(' ');
  const all = await server.lists.sample(list, fields);
  for (const meaning of meanings) await narrows(server, list, all, [meaning], fields);
  await narrows(server, list, all, meanings, fields);
  await byPlatform(server, list, all);
  await onPlatformAndDivision(server, list, all);
  return all.length;
}

/** What is offered to another platform stands in a list of its own, and there is nothing else in that. */
async function inTransferAlone(server: AuditedServer, list: OfferedList): Promise<void> {
  if (!list.filterFields.some(({ name }) => name === 'inTransfer')) return;
  const under = await filtered(server, list, { inTransfer: true }, 'status');
  const all = await filtered(server, list, {}, 'status');
  const named = await filtered(server, list, { statuses: ['IN_TRANSFER'] }, 'status');
  for (const [{ sent, nodes }, wanted] of [
    [under, true],
    [all, false],
    [named, false],
  ] as const) {
    for (const node of nodes) {
      must(
        (node['status'] === 'IN_TRANSFER') === wanted,
        sent,
        () => shown(node),
        wanted ? 'Only rows that are IN_TRANSFER.' : 'No row that is IN_TRANSFER.',
      );
    }
  }
}

function noTombstone(sent: string, nodes: readonly Node[]): void {
  for (const node of nodes) {
    must(
      node['transferredToId'] == null && node['status'] !== 'TRANSFERRED',
      sent,
      () => shown(node),
      'No row with status TRANSFERRED or a transferredToId.',
    );
  }
}

/** Values are taken from a row, so that there is one to find. */
async function narrows(
  server: AuditedServer,
  list: OfferedList,
  all: readonly Node[],
  meanings: readonly Meaning[],
  fields: string,
): Promise<void> {
  const example = exampleOf(all, meanings);
  if (!example || meanings.length === 0) return;
  const given = meanings.map((each) => [each.filter, each.valueFor(example)] as const);
  await passing(server, list, all, { meanings, filter: Object.fromEntries(given), fields });
  // The other part of what a boolean parts, though no row may be in it.
  const [first] = given;
  if (given.length !== 1 || typeof first?.[1] !== 'boolean') return;
  await passing(server, list, all, { meanings, filter: { [first[0]]: !first[1] }, fields });
}

async function passing(
  server: AuditedServer,
  list: OfferedList,
  all: readonly Node[],
  by: {
    readonly meanings: readonly Meaning[];
    readonly filter: Readonly<Record<string, unknown>>;
    readonly fields: string;
  },
): Promise<void> {
  const { meanings, filter, fields } = by;
  const passes = (node: Node): boolean =>
    meanings.every((each) => each.holds(node, filter[each.filter]));
  const { sent, nodes } = await filtered(server, list, filter, fields);
  for (const node of nodes) {
    must(passes(node), sent, () => shown(node), `Only rows that pass ${shown(filter)}.`);
  }
  const ids = new Set(nodes.map(({ id }) => id));
  for (const node of all) {
    if (!passes(node)) continue;
    must(ids.has(node.id), sent, () => shown([...ids]), `Also ${node.id}: ${shown(node)}.`);
  }
}

/** A row that is unlike the first, so that a filter that is passed over shows; else any. */
function exampleOf(all: readonly Node[], meanings: readonly Meaning[]): Node | undefined {
  const filled = all.filter((node) => meanings.every((each) => each.valueFor(node) !== undefined));
  const [only, ...others] = meanings;
  if (!only || others.length > 0) return filled.at(-1);
  const counts = Map.groupBy(filled, (node) => JSON.stringify(only.valueFor(node)));
  const rarest = [...counts.values()].toSorted((a, b) => a.length - b.length)[0];
  return rarest?.[0];
}

async function byPlatform(
  server: AuditedServer,
  list: OfferedList,
  all: readonly Node[],
): Promise<void> {
  if (!list.filterFields.some(({ name }) => name === 'platforms')) return;
  const own = await filtered(server, list, { platforms: ['000000', server.code] }, '');
  sameRows(
    own,
    all.map(({ id }) => id),
  );
  const others = await filtered(server, list, { platforms: ['000000'] }, '');
  sameRows(others, []);
}

/** The same list on the platform, and on a division. */
async function onPlatformAndDivision(
  server: AuditedServer,
  list: OfferedList,
  all: readonly Node[],
): Promise<void> {
  const { offered } = server;
  if (offered.fields('Platform').some(({ name }) => name === list.name)) {
    sameRows(
      await underEntity(server, list, 'Platform', server.code, all.length),
      all.map(({ id }) => id),
    );
  }
  const hasPlace = offered.fields(list.node.name).some(({ name }) => name === 'placeCode');
  if (!hasPlace || !offered.fields('Division').some(({ name }) => name === list.name)) return;
  const rows = await server.lists.sample(list, 'placeCode');
  const place = rows.find(({ placeCode }) => placeCode != null)?.['placeCode'];
  if (typeof place !== 'string') return;
  const within = rows.filter(({ placeCode }) => divisionContains(place, String(placeCode)));
  sameRows(
    await underEntity(server, list, 'Division', place, within.length),
    within.map(({ id }) => id),
  );
}

interface Rows {
  readonly sent: string;
  readonly nodes: readonly Node[];
}

/** Of a longer list only as many rows are known as were read. */
function sameRows({ sent, nodes }: Rows, wanted: readonly string[]): void {
  const ids = nodes.map(({ id }) => id);
  const known = ids.length > wanted.length && wanted.length > 0 ? ids.slice(0, wanted.length) : ids;
  must(
    JSON.stringify(known) === JSON.stringify(wanted),
    sent,
    () => shown(ids),
    wanted.length === 0 ? 'No row.' : `The rows ${shown(wanted)}.`,
  );
}

async function filtered(
  server: AuditedServer,
  list: OfferedList,
  filter: Readonly<Record<string, unknown>>,
  fields: string,
): Promise<Rows> {
  const exchange = await server.ask(
    `query($filter: ${list.filter?.name ?? ''}) { ${list.name}(first: 100, filter: $filter) { edges { node { id ${fields} } } } }`,
    { variables: { filter } },
  );
  return { sent: exchange.sent, nodes: nodesIn(dataOf(exchange)[list.name]) };
}

async function underEntity(
  server: AuditedServer,
  list: OfferedList,
  type: string,
  code: string,
  rows: number,
): Promise<Rows> {
  const exchange = await server.ask(
    `query($code: ID!) { _entities(representations: [{ __typename: "${type}", code: $code }]) { ... on ${type} { ${list.name}(first: ${Math.max(1, rows)}) { edges { node { id } } } } } }`,
    { variables: { code } },
  );
  const [entity] = (dataOf(exchange)['_entities'] ?? []) as Record<string, unknown>[];
  return { sent: exchange.sent, nodes: nodesIn(entity?.[list.name]) };
}

function nodesIn(connection: unknown): readonly Node[] {
  const { edges = [] } = (connection ?? {}) as { edges?: readonly { node: Node }[] };
  return edges.map(({ node }) => node);
}
