/** What differs between two contracts, and whether those who read or write by the one can go on by the other. */
import { parse } from 'graphql';
import { isFederationsOwn } from '../additions/contract-part.ts';
import { sdlTypes, type SdlType } from '../conformance/sdl-types.ts';
import type { Breaks, ChangeKind, ContractChange } from './change.ts';
import { diffDirectives } from './diff-directives.ts';
import { diffMembers } from './diff-members.ts';

/** An SDL, or the texts of several modules that make one. */
export type ContractText = string | readonly string[];

/** All changes, by type as they stand in the contract before, then what is new. */
export function diffContracts(
  before: ContractText,
  after: ContractText,
): readonly ContractChange[] {
  const [old, now] = [typesOf(before), typesOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => !isFederationsOwn(name),
  );
  return names.flatMap((name) => diffType(name, old.get(name), now.get(name)));
}

function typesOf(text: ContractText): ReadonlyMap<string, SdlType> {
  return sdlTypes(parse(typeof text === 'string' ? text : text.join('\n')));
}

function diffType(
  name: string,
  before: SdlType | undefined,
  after: SdlType | undefined,
): readonly ContractChange[] {
  if (!before) {
    return [{ kind: 'TYPE_ADDED', coordinate: name, breaking: null, message: `${name} is new.` }];
  }
  const breaks: Breaks = before.kind === 'input' ? 'input' : 'output';
  if (!after) {
    const message = `${name} is no more.`;
    return [{ kind: 'TYPE_REMOVED', coordinate: name, breaking: breaks, message }];
  }
  if (before.kind !== after.kind) {
    const message = `${name} was an SDL \`${before.kind}\`, and is \`${after.kind}\`.`;
    return [{ kind: 'KIND_CHANGED', coordinate: name, breaking: breaks, message }];
  }
  return [
    ...diffNames(name, before.interfaces, after.interfaces, 'INTERFACE'),
    ...diffNames(name, before.unites, after.unites, 'MEMBER'),
    ...diffDirectives(name, before, after),
    ...diffMembers(before, after),
  ];
}

/** Interfaces of a type, or members of a union: a fragment on what is gone answers nothing. */
function diffNames(
  typeName: string,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  what: 'INTERFACE' | 'MEMBER',
): readonly ContractChange[] {
  const change = (name: string, kind: ChangeKind, breaking: Breaks | null): ContractChange => ({
    kind,
    coordinate: typeName,
    breaking,
    message: `${typeName} ${breaking ? 'loses' : 'gains'} the ${what.toLowerCase()} ${name}.`,
  });
  return [
    ...[...before.difference(after)].map((name) => change(name, `${what}_REMOVED`, 'output')),
    ...[...after.difference(before)].map((name) => change(name, `${what}_ADDED`, null)),
  ];
}
