/** What the contract wants of a platform: its types at a version, for a choice of modules. */
import { Kind } from 'graphql';
import { fieldModule, typeModule } from '../field-module.ts';
import { contractModules, type ContractVersion, type ModuleName } from '../modules.ts';
import { contractDefinitions } from '../schema.ts';
import { platformDocument } from '../sdl.ts';
import { sdlTypes, type SdlType } from './sdl-types.ts';

export type Types = ReadonlyMap<string, SdlType>;

const cached = new Map<string, Types>();

/** The types of a platform that offers these modules, beside those that every platform does. */
export function wantedTypes(modules: readonly ModuleName[], version: ContractVersion): Types {
  const key = [version, ...modules.toSorted()].join(' ');
  const types = cached.get(key) ?? sdlTypes(platformDocument(modules, version));
  cached.set(key, types);
  return types;
}

export const allModules: readonly ModuleName[] = contractModules.map(({ name }) => name);

let everything: Types | undefined;

/** All that the contract's text has, what the net fills and what only its directives use included. */
export function contractTypes(): Types {
  everything ??= sdlTypes({ kind: Kind.DOCUMENT, definitions: contractDefinitions() });
  return everything;
}

/** Where the lists and look-ups of a module hang. */
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Platform', 'Division']);

/** What a module has that no platform without it has: its types, and the fields that lead to them. */
export interface ModulePart {
  readonly types: readonly string[];
  readonly roots: readonly string[];
}

const parts = new Map<string, ModulePart>();

/** A module's own part. */
export function modulePart(module: ModuleName, version: ContractVersion): ModulePart {
  const key = `${module} ${version}`;
  const part = parts.get(key) ?? readPart(module, version);
  parts.set(key, part);
  return part;
}

function readPart(module: ModuleName, version: ContractVersion): ModulePart {
  const types = [...wantedTypes([module], version).values()];
  return {
    types: types.map(({ name }) => name).filter((name) => typeModule(name) === module),
    roots: types
      .filter(({ name }) => roots.has(name))
      .flatMap(({ name, members }) =>
        [...members].map(([field, { coordinate }]) => ({ name, field, coordinate })),
      )
      .filter(({ name, field }) => fieldModule(name, field) === module)
      .map(({ coordinate }) => coordinate),
  };
}
