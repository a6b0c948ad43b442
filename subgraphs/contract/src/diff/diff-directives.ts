/** What differs between the rules that stand on an element: keys, access, and the net's own directives. */
import { print } from 'graphql';
import { accessDirectives } from '../access.ts';
import type { SdlMember, SdlType } from '../conformance/sdl-types.ts';
import type { Breaks, ContractChange } from './change.ts';

/** A rule that comes breaks readers: what they saw is hidden, or merged in another way. */
const breaksWhenAdded: Readonly<Record<string, Breaks>> = {
  ...Object.fromEntries([...accessDirectives].map((name) => [name, 'output'] as const)),
  route: 'input',
  gather: 'output',
  order: 'output',
  actors: 'input',
  step: 'input',
  net: 'output',
  share: 'output',
};

/** A rule that goes: a record that cannot be asked for, a list of one owner instead of all. */
const breaksWhenRemoved: Readonly<Record<string, Breaks>> = {
  key: 'output',
  route: 'input',
  gather: 'output',
  order: 'input',
  reference: 'output',
};

/** Words about an element that mean nothing to whoever reads or writes it. */
const silent: ReadonlySet<string> = new Set([
  'since',
  'tag',
  'shareable',
  'deprecated',
  'specifiedBy',
]);

/** All changes of an element's rules; one that is changed goes and comes. */
export function diffDirectives(
  coordinate: string,
  before: SdlType | SdlMember,
  after: SdlType | SdlMember,
): readonly ContractChange[] {
  const [was, is] = [rulesOf(before), rulesOf(after)];
  const changes: ContractChange[] = [];
  for (const [text, name] of was) {
    if (is.has(text)) continue;
    const breaking = breaksWhenRemoved[name] ?? null;
    changes.push({
      kind: 'DIRECTIVE_REMOVED',
      coordinate,
      breaking,
      message: `${coordinate} loses ${text}.`,
    });
  }
  for (const [text, name] of is) {
    if (was.has(text)) continue;
    const breaking = isForEverybody(name, text) ? null : (breaksWhenAdded[name] ?? null);
    changes.push({
      kind: 'DIRECTIVE_ADDED',
      coordinate,
      breaking,
      message: `${coordinate} gains ${text}.`,
    });
  }
  return changes;
}

/** Whoever had it before has it still. */
function isForEverybody(name: string, text: string): boolean {
  return name === 'share' && text.includes('UNCONDITIONAL');
}

/** As written → Federation's own name. */
function rulesOf({ directives }: SdlType | SdlMember): ReadonlyMap<string, string> {
  return new Map(
    directives.filter(({ name }) => !silent.has(name)).map(({ name, node }) => [print(node), name]),
  );
}
