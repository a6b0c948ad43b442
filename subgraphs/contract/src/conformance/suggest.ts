/** Names that an unknown one may have been meant to be, as graphql-js suggests them. */
import suggestions from 'graphql/jsutils/suggestionList.js';
import type { SdlType } from './sdl-types.ts';
import type { Types } from './wanted.ts';

/** Text to put behind a message: ` Did you mean …?`, or nothing. */
export function didYouMean(coordinate: string, contract: Types, there: Types): string {
  const [typeName = '', rest] = coordinate.split('.');
  if (rest === undefined) return question(nearest(typeName, unused(contract, there)));
  const [type, own] = [contract.get(typeName), there.get(typeName)];
  const [, memberName = '', argument] = /^([^(]*)(?:\(([^:]*):\))?$/.exec(rest) ?? [];
  if (argument === undefined)
    return question(nearest(memberName, unused(type?.members, own?.members)));
  const args = (of: SdlType | undefined) => of?.members.get(memberName)?.args;
  return question(nearest(argument, unused(args(type), args(own))));
}

/** Names of the contract that the SDL does not have yet. */
function unused(
  contract: ReadonlyMap<string, unknown> | undefined,
  there: ReadonlyMap<string, unknown> | undefined,
): readonly string[] {
  return [...(contract?.keys() ?? [])].filter((name) => there?.has(name) !== true);
}

function nearest(name: string, names: readonly string[]): string | undefined {
  return suggestions.suggestionList(name, names)[0];
}

function question(name: string | undefined): string {
  return name === undefined ? '' : ` Did you mean ${name}?`;
}
