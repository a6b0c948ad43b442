/** The directives that matter to the net: keys, and who may see what. */
import { isDeepStrictEqual } from 'node:util';
import { accessDirectives } from '../access.ts';
import type { Faults } from './finding.ts';
import type { SdlDirective, SdlMember, SdlType } from './sdl-types.ts';

/** The net asks for a record by its key; without it there is no `_entities`. */
export function checkKeys(there: SdlType, wanted: SdlType, faults: Faults): void {
  for (const fields of keysOf(wanted)) {
    if (keysOf(there).includes(fields)) continue;
    const message = `${there.name} must have \`@key(fields: "${fields}")\`, and be resolvable by it.`;
    faults.add('NO_KEY', there.name, there.node, message);
  }
}

/** Personal fields stand behind the contract's scope, and nothing else is hidden. */
export function checkAccess(
  coordinate: string,
  there: SdlType | SdlMember,
  wanted: SdlType | SdlMember,
  faults: Faults,
): void {
  if (there.directives.length === 0 && wanted.directives.length === 0) return;
  const [own, contract] = [accessOf(there), accessOf(wanted)];
  if (isDeepStrictEqual(own, contract)) return;
  const message = `${coordinate} has ${shown(own)}, and must have ${shown(contract)}.`;
  faults.add('WRONG_ACCESS', coordinate, there.node, message);
}

function keysOf({ directives }: SdlType): readonly string[] {
  return directives
    .filter(({ name, args }) => name === 'key' && args['resolvable'] !== false)
    .map(({ args }) => String(args['fields']).trim());
}

type Access = Readonly<Record<string, unknown>>;

/** By directive: its arguments, in whatever order the lists were written. */
function accessOf({ directives }: { readonly directives: readonly SdlDirective[] }): Access {
  return Object.fromEntries(
    directives
      .filter(({ name }) => accessDirectives.has(name))
      .map(({ name, args }): [string, unknown] => [name, ordered(args)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, ordered(of)]));
}

function shown(access: Access): string {
  const texts = Object.entries(access).map(([name, args]) => {
    const given = Object.entries(args as Access).map(
      ([argument, value]) => `${argument}: ${JSON.stringify(value)}`,
    );
    return `\`@${name}${given.length > 0 ? `(${given.join(', ')})` : ''}\``;
  });
  return texts.join(' ') || 'no access directive';
}
