/** Hubei's divisions to the community level, from `data/divisions.csv`. */
import { readFileSync } from 'node:fs';

/** A division of the province. */
export interface Division {
  /** 6, 9 or 12 digits. */
  readonly code: string;
  readonly level: DivisionLevel;
  readonly name: string;
  readonly parent: string | null;
}

/** From the largest to the smallest. Level is not depth: four cities have townships and no counties. */
export const divisionLevels = ['PROVINCE', 'CITY', 'COUNTY', 'TOWNSHIP', 'COMMUNITY'] as const;

export type DivisionLevel = (typeof divisionLevels)[number];

/** The year of the table of codes (as of 2023-06-30, published on 2023-09-11). */
export const tableYear = 2023;

/** Code → division, in the order of the table. */
export const divisions: ReadonlyMap<string, Division> = readTable();

/** Codes from the province down to `code` itself; empty when there is no such division. */
export function divisionPath(code: string): readonly string[] {
  const known = paths.get(code);
  if (known) return known;
  const division = divisions.get(code);
  if (!division) return [];
  const above = division.parent === null ? [] : divisionPath(division.parent);
  const path = [...above, code];
  paths.set(code, path);
  return path;
}

/** Of those that were asked for: each record asks for its own. */
const paths = new Map<string, readonly string[]>();

/** The divisions directly below `code`, by code. */
export function divisionChildren(code: string): readonly Division[] {
  childrenByParent ??= Map.groupBy(divisions.values(), (division) => division.parent ?? '');
  return childrenByParent.get(code) ?? [];
}

let childrenByParent: Map<string, readonly Division[]> | undefined;

function readTable(): Map<string, Division> {
  const file = new URL('../data/divisions.csv', import.meta.url);
  const rows = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
  const levels = new Map<string, DivisionLevel>(divisionLevels.map((l) => [l.toLowerCase(), l]));
  const table = new Map<string, Division>();
  for (const [index, row] of rows.entries()) {
    const [code, level, name, parent] = row.split(',');
    const known = levels.get(level ?? '');
    if (!code || !known || !name) {
      throw new Error(
        `data/divisions.csv, line ${index + 2}: "${row}" is not code,level,name,parent`,
      );
    }
    table.set(code, { code, level: known, name, parent: parent || null });
  }
  return table;
}
