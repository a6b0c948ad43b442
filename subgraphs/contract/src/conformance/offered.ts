/** Which modules of the contract an SDL offers: wholly, in part, or not at all. */
import { contractModules, previousContractVersion, type ModuleName } from '../modules.ts';
import type { SdlType } from './sdl-types.ts';
import { modulePart, type Types } from './wanted.ts';

export interface OfferedModules {
  /** Those with all their types and roots. */
  readonly whole: readonly ModuleName[];
  /** Those that it must keep: the mandatory ones, and those of which something is there. */
  readonly begun: readonly ModuleName[];
}

/** Reads it from the names alone: what they mean is compared afterwards. */
export function offeredModules(types: Types): OfferedModules {
  const has = (coordinate: string): boolean => hasCoordinate(types, coordinate);
  const parts = contractModules.map(({ name, optional }) => {
    const { types: own, roots } = modulePart(name, previousContractVersion);
    return { name, optional, coordinates: [...own, ...roots] };
  });
  return {
    whole: parts.filter(({ coordinates }) => coordinates.every(has)).map(({ name }) => name),
    begun: parts
      .filter(({ optional, coordinates }) => !optional || coordinates.some(has))
      .map(({ name }) => name),
  };
}

function hasCoordinate(types: ReadonlyMap<string, SdlType>, coordinate: string): boolean {
  const [typeName = '', member] = coordinate.split('.');
  const type = types.get(typeName);
  return member === undefined ? type !== undefined : type?.members.has(member) === true;
}
