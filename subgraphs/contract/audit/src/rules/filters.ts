/** Filters: what they leave out never appears, what they name is there. Which filter speaks of which field is read from the contract. */
import { divisionContains, parseDateTime } from '@onenet/contract';
import { getNamedType, isEnumType, isListType, type GraphQLInputField } from 'graphql';
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
      for (const list of server.offered.lists) {
        const meanings = list.filterFields.flatMap((field) => meaningOf(server, list, field) ?? []);
        const fields = [...new Set(meanings.map(({ node }) => node))].join(' ');
        const all = await server.lists.sample(list, fields);
        rows += all.length;
        for (const meaning of meanings) await narrows(server, list, all, [meaning], fields);
        await narrows(server, list, all, meanings, fields);
        await byPlatform(server, list, all);
        await onPlatformAndDivision(server, list, all);
      }
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
      }
      if (checked === 0) throw new NotChecked('no list offers transferredToId');
    },
  },
];

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

/** What a filter says of a row. */
interface Meaning {
  readonly filter: string;
  /** The field of the row that shows it. */
  readonly node: string;
  /** A value that a row with this field passes. */
  valueFor(field: unknown): unknown;
  holds(field: unknown, value: unknown): boolean;
}

/** By the contract's habits of naming; undefined where no field of the row shows what the filter does. */
function meaningOf(
  server: AuditedServer,
  list: OfferedList,
  { name, type }: GraphQLInputField,
): Meaning | undefined {
  const fields = server.offered.fields(list.node.name);
  const has = (field: string): boolean => fields.some((each) => each.name === field);
  const named = getNamedType(type);
  const meaning = (
    node: string,
    holds: Meaning['holds'],
    valueFor: Meaning['valueFor'] = (field) => field,
  ): Meaning | undefined => (has(node) ? { filter: name, node, holds, valueFor } : undefined);

  if (name === 'platforms') return undefined;
  if (name === 'place') {
    const within: Meaning['holds'] = (code, place) =>
      typeof code === 'string' && divisionContains(String(place), code);
    return meaning('placeCode', within, (code) => String(code).slice(0, 6));
  }
  if (isEnumType(named) && isListType(type)) {
    const field = fields.find((each) => getNamedType(each.type) === named);
    const among: Meaning['holds'] = (value, values) =>
      Array.isArray(values) && values.includes(value);
    return field && meaning(field.name, among, (value) => [value]);
  }
  const [, stem = '', what] = /^(.+)(From|To|Contains|AtMost)$/.exec(name) ?? [];
  if (what === 'From') return meaning(`${stem}At`, (at, from) => ms(at) >= ms(from));
  if (what === 'To') return meaning(`${stem}At`, (at, to) => ms(at) < ms(to), aSecondLater);
  if (what === 'Contains') {
    return meaning(stem, (text, part) => String(text).includes(String(part)), firstCharacter);
  }
  if (what === 'AtMost') {
    return meaning(stem, (value, most) => typeof value === 'number' && value <= Number(most));
  }
  return meaning(name, (value, wanted) => value === wanted);
}

const ms = (time: unknown): number => parseDateTime(time).getTime();
const aSecondLater = (time: unknown): string => new Date(ms(time) + 1_000).toISOString();
const firstCharacter = (text: unknown): string => Array.from(String(text))[0] ?? '';

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
  const given = meanings.map((each) => [each.filter, each.valueFor(example[each.node])] as const);
  const passes = (node: Node): boolean =>
    meanings.every((each, index) => each.holds(node[each.node], given[index]?.[1]));
  const { sent, nodes } = await filtered(server, list, Object.fromEntries(given), fields);
  for (const node of nodes) {
    must(
      passes(node),
      sent,
      () => shown(node),
      `Only rows that pass ${shown(Object.fromEntries(given))}.`,
    );
  }
  const ids = new Set(nodes.map(({ id }) => id));
  for (const node of all) {
    if (!passes(node)) continue;
    must(ids.has(node.id), sent, () => shown([...ids]), `Also ${node.id}: ${shown(node)}.`);
  }
}

/** A row that is unlike the first, so that a filter that is passed over shows; else any. */
function exampleOf(all: readonly Node[], meanings: readonly Meaning[]): Node | undefined {
  const filled = all.filter((node) => meanings.every(({ node: name }) => node[name] != null));
  if (meanings.length !== 1) return filled.at(-1);
  const [{ node: name } = { node: '' }] = meanings;
  const counts = Map.groupBy(filled, (node) => node[name]);
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
