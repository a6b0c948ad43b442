/** Interim: whether an SDL keeps the contract, by the coordinates that it has. */
import { contractModules, contractVersions, platformSdl, readAdditions } from '@onenet/contract';
import type { ContractVersion, ModuleName } from '@onenet/contract';
import { Kind, parse } from 'graphql';

export interface Conformance {
  readonly findings: readonly {
    readonly code: string;
    readonly coordinate: string | null;
    readonly line: number | null;
    readonly message: string;
  }[];
  readonly contractVersion: ContractVersion | null;
  readonly modules: readonly ModuleName[];
  readonly lacks: readonly string[];
  readonly additions: { readonly sdl: string; readonly coordinates: readonly string[] } | null;
}

export function checkConformance(sdl: string, code: string): Conformance {
  const has = coordinates(sdl);
  const roots = (modules: readonly ModuleName[]) =>
    [...coordinates(platformSdl(modules, '1.0'))].filter((each) =>
      /^(Query|Mutation)\.\w+$/.test(each),
    );
  const always = contractModules.filter((module) => !module.optional).map(({ name }) => name);
  const core = new Set(roots(always));
  const modules = contractModules
    .filter(
      ({ name, optional }) =>
        !optional ||
        roots([...always, name])
          .filter((each) => !core.has(each))
          .every((each) => has.has(each)),
    )
    .map(({ name }) => name);
  const lacks = [...coordinates(platformSdl(modules, '1.0'))].filter((each) => !has.has(each));
  const kept = contractVersions.findLast((version) =>
    [...coordinates(platformSdl(modules, version))].every((each) => has.has(each)),
  );
  const { additions, findings } = readAdditions(sdl, code);
  const missing = kept
    ? []
    : [...coordinates(platformSdl(modules, '1.0'))].filter((each) => !has.has(each));
  return {
    findings: [
      ...missing.map((coordinate) => ({
        code: 'MISSING',
        coordinate,
        line: null,
        message: `${coordinate} is missing.`,
      })),
      ...findings,
    ],
    contractVersion: kept ?? null,
    modules,
    lacks,
    additions,
  };
}

function coordinates(sdl: string): Set<string> {
  const found = new Set<string>();
  for (const type of parse(sdl).definitions) {
    if (!('name' in type) || !type.name) continue;
    found.add(type.name.value);
    if (type.kind === Kind.ENUM_TYPE_DEFINITION) {
      for (const value of type.values ?? []) found.add(`${type.name.value}.${value.name.value}`);
    } else if ('fields' in type) {
      for (const field of type.fields ?? []) found.add(`${type.name.value}.${field.name.value}`);
    }
  }
  return found;
}
