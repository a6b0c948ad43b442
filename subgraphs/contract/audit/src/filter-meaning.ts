/** What filters mean for a row, read from the contract's habits of naming. */
import { divisionContains, parseDateTime } from '@onenet/contract';
import { getNamedType, isEnumType, isListType, type GraphQLInputField } from 'graphql';
import type { Node } from './lists.ts';
import type { OfferedList } from './offered.ts';
import type { AuditedServer } from './server.ts';

/** What a filter says of a row. */
export interface Meaning {
  readonly filter: string;
  /** The fields of the row that show it. */
  readonly fields: readonly string[];
  /** A value that this row passes; undefined: it passes none. */
  valueFor(node: Node): unknown;
  holds(node: Node, value: unknown): boolean;
}

/** By the contract's habits of naming; undefined where no field of the row shows what the filter does. */
export function meaningOf(
  server: AuditedServer,
  list: OfferedList,
  { name, type }: GraphQLInputField,
): Meaning | undefined {
  const fields = server.offered.fields(list.node.name);
  const has = (field: string): boolean => fields.some((each) => each.name === field);
  const named = getNamedType(type);
  /** Of one field: `holds` is asked only where it is not null, and null passes nothing. */
  const meaning = (
    field: string,
    holds: (field: unknown, value: unknown) => boolean,
    valueFor: (field: unknown) => unknown = (value) => value,
  ): Meaning | undefined =>
    has(field)
      ? {
          filter: name,
          fields: [field],
          valueFor: (node) => (node[field] == null ? undefined : valueFor(node[field])),
          holds: (node, value) => node[field] != null && holds(node[field], value),
        }
      : undefined;

  if (name === 'platforms' || name === 'inTransfer') return undefined;
  if (name === 'place') {
    const within = (code: unknown, place: unknown): boolean =>
      typeof code === 'string' && divisionContains(String(place), code);
    return meaning('placeCode', within, (code) => String(code).slice(0, 6));
  }
  if (named.name === 'Boolean') return partingOf(list, name, has);
  if (isListType(type)) {
    const field = fields.find((each) =>
      isEnumType(named) ? getNamedType(each.type) === named : each.name === name.slice(0, -1),
    );
    // A row's own list passes by any of its values.
    const among = (value: unknown, values: unknown): boolean =>
      Array.isArray(values) && [value].flat().some((each) => values.includes(each));
    return field && meaning(field.name, among, (value) => [value].flat().slice(0, 1));
  }
  const [, stem = '', what] = /^(.+)(From|To|Contains|AtMost|AtLeast)$/.exec(name) ?? [];
  if (what === 'From') return meaning(`${stem}At`, (at, from) => ms(at) >= ms(from));
  if (what === 'To') return meaning(`${stem}At`, (at, to) => ms(at) < ms(to), aSecondLater);
  if (what === 'Contains') {
    return meaning(stem, (text, part) => String(text).includes(String(part)), firstCharacter);
  }
  if (what === 'AtMost') return meaning(stem, (value, most) => Number(value) <= Number(most));
  if (what === 'AtLeast') {
    return meaning(`${stem}Level`, (value, least) => Number(value) >= Number(least));
  }
  return meaning(name, (value, wanted) => value === wanted);
}

/** A boolean parts the rows in two: those of which it speaks, and all others. */
function partingOf(
  list: OfferedList,
  filter: string,
  has: (field: string) => boolean,
): Meaning | undefined {
  const open = openStatuses[list.node.name] ?? [];
  const known: Readonly<Record<string, { fields: string[]; speaksOf: (node: Node) => boolean }>> = {
    used: { fields: ['useCount'], speaksOf: (node) => Number(node['useCount']) > 0 },
    paired: { fields: ['pairingCount'], speaksOf: (node) => Number(node['pairingCount']) > 0 },
    overdueNow: {
      fields: ['status', 'dueAt'],
      speaksOf: ({ status, dueAt }) =>
        open.includes(String(status)) && typeof dueAt === 'string' && ms(dueAt) < Date.now(),
    },
  };
  const { fields, speaksOf } = known[filter] ?? {
    fields: [filter],
    speaksOf: (node: Node) => node[filter] === true,
  };
  if (!fields.every(has)) return undefined;
  return {
    filter,
    fields,
    valueFor: speaksOf,
    holds: (node, value) => speaksOf(node) === value,
  };
}

/** In which something is still to be done by its deadline. */
const openStatuses: Readonly<Record<string, readonly string[]>> = {
  ServiceRequest: ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'],
  Supervision: ['ASKED', 'RETURNED'],
  DataCorrection: ['FILED'],
};

const ms = (time: unknown): number => parseDateTime(time).getTime();
const aSecondLater = (time: unknown): string => new Date(ms(time) + 1_000).toISOString();
const firstCharacter = (text: unknown): string => Array.from(String(text))[0] ?? '';
