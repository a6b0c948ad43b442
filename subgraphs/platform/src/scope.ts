/** Where a list looks: the facets that its place, its division and its filters name. */
import { NetError, parseId } from '@onenet/contract';
import { divisionPath, divisions } from '@onenet/platforms';
import type { Document } from 'mongodb';
import type { Platform } from './context.ts';
import { everything, inTransferFacet } from './rows.ts';

/** What every filter may hold. */
export interface ScopeFilter {
  readonly platforms?: readonly string[] | null | undefined;
  readonly place?: string | null | undefined;
  /** True: only what is offered to another platform. */
  readonly inTransfer?: boolean | null | undefined;
}

/** Whether a filter asks this platform at all. */
export function isAsked(platform: Platform, filter: ScopeFilter | null | undefined): boolean {
  return filter?.platforms?.includes(platform.definition.code) ?? true;
}

/** The first division that the platform serves: where what has no place of its own is counted. */
export function seatOf({ definition }: Pick<Platform, 'definition'>): string {
  const [seat] = definition.serves;
  if (seat === undefined) throw new Error(`Platform ${definition.code} serves nothing.`);
  return seat;
}

/** The facets of a record: all, every division around its place, and what else it is listed under. */
export function facetsAt(
  placeCode: string,
  ...others: readonly (string | null | undefined)[]
): string[] {
  return [everything, ...divisionPath(placeCode), ...others.filter((facet) => facet != null)];
}

/** The facets of a record's values: each has as many records as have the value, however few of all that is. */
export function valueFacets<Name extends string>(
  record: Readonly<Record<Name, string>>,
  names: readonly Name[],
): string[] {
  return names.map((name) => valueFacet(name, record[name]));
}

/** What a filter asks of fields that have facets of their values. */
export interface AskedValues {
  readonly facets: readonly string[];
  readonly where: Document;
}

/** One value of a field is its facet, which says it exactly; several are a condition. */
export function askedValues(
  values: Readonly<Record<string, readonly string[] | null | undefined>>,
): AskedValues {
  const facets: string[] = [];
  const where: Document = {};
  for (const [name, asked] of Object.entries(values)) {
    if (asked == null) continue;
    const [first, ...others] = new Set(asked);
    if (first !== undefined && others.length === 0) facets.push(valueFacet(name, first));
    else where[name] = { $in: asked };
  }
  return { facets, where };
}

/**
 * The same as conditions only: for the rows inside records, which the owner bounds already, and which
 * are read for many owners at once.
 */
export function valueConditions(
  values: Readonly<Record<string, readonly string[] | null | undefined>>,
): AskedValues {
  const asked = Object.entries(values).filter(([, each]) => each != null);
  return { facets: [], where: Object.fromEntries(asked.map(([name, $in]) => [name, { $in }])) };
}

/** The facets that a list asks for; the owner of rows inside a record comes first. */
export function facetsOf(
  filter: ScopeFilter | null | undefined,
  within: string | undefined,
  ...narrow: readonly (string | null | undefined)[]
): [string, ...string[]] {
  const place = filter?.place ?? undefined;
  if (place !== undefined) assertDivision(place);
  const asked = [...narrow, ...deepestFirst(place, within)].filter((facet) => facet != null);
  const [first = everything, ...others] = new Set(asked);
  const facets: [string, ...string[]] = [first, ...others];
  return filter?.inTransfer === true ? mapFacets(facets, inTransferFacet) : facets;
}

/** A record's id in a filter: one facet. */
export function idFacet(id: string | null | undefined): string | undefined {
  if (id == null) return undefined;
  parseId(id);
  return id;
}

/** Refuses a code that no division has. */
export function assertDivision(code: string): void {
  if (!divisions.has(code)) {
    throw new NetError('UNKNOWN_DIVISION', `No division has the code "${code}".`);
  }
}

function valueFacet(name: string, value: string): string {
  return `${name}=${value}`;
}

function mapFacets(
  [first, ...others]: readonly [string, ...string[]],
  change: (facet: string) => string,
): [string, ...string[]] {
  return [change(first), ...others.map(change)];
}

function deepestFirst(a: string | undefined, b: string | undefined): (string | undefined)[] {
  if (a === undefined || b === undefined) return [a ?? b];
  return divisionPath(a).length >= divisionPath(b).length ? [a, b] : [b, a];
}
