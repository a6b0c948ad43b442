/** Resolvers of `Division`: Hubei's table, held in memory. */
import { NetError } from '@onenet/contract';
import { divisionChildren, divisionPath, divisions, tableYear } from '@onenet/platforms';
import type { Division, DivisionLevel } from '@onenet/platforms';
import type { Directory } from './directory.ts';
import { platformsInScope } from './platforms.ts';
import type { RegistryEntry } from './registry/entry.ts';

interface DivisionsArguments {
  readonly search?: string | null;
  readonly level?: DivisionLevel | null;
  readonly parent?: string | null;
  readonly first?: number | null;
}

const defaultFirst = 50;
const maxFirst = 200;

const all: readonly Division[] = [...divisions.values()].toSorted((a, b) =>
  a.code < b.code ? -1 : 1,
);

export function divisionResolvers(directory: Directory) {
  return {
    Query: {
      division: (_: unknown, { code }: { code: string }) => divisions.get(code) ?? null,
      divisions: (_: unknown, args: DivisionsArguments) => findDivisions(args),
    },
    Division: {
      /** What leads nowhere is null and an error with its path; async, or it would fail its neighbours too. */
      __resolveReference: async ({ code }: { code: string }): Promise<Division> => {
        const division = divisions.get(code);
        if (!division) throw new NetError('NOT_FOUND', `No division has the code "${code}".`);
        return division;
      },
      tableYear: (): number => tableYear,
      parent: ({ parent }: Division) => (parent === null ? null : divisions.get(parent)),
      children: ({ code }: Division): readonly Division[] => divisionChildren(code),
      path: ({ code }: Division): readonly Division[] =>
        divisionPath(code).flatMap((above) => divisions.get(above) ?? []),
      platformsInScope: ({ code }: Division): readonly RegistryEntry[] =>
        platformsInScope(directory, code),
    },
  };
}

function findDivisions(args: DivisionsArguments): readonly Division[] {
  const first = args.first ?? defaultFirst;
  if (first < 1 || first > maxFirst) {
    throw new NetError('BAD_INPUT', `\`first: ${first}\` is out of range: from 1 to ${maxFirst}.`);
  }
  const search = args.search?.trim() ?? '';
  const candidates = args.parent == null ? all : divisionChildren(args.parent);
  const found: Division[] = [];
  for (const division of candidates) {
    if (args.level && division.level !== args.level) continue;
    if (!division.name.includes(search)) continue;
    if (found.push(division) === first) break;
  }
  return found;
}
