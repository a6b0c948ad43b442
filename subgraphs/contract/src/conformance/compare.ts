/** Compares what an SDL has with what the contract has of the same name. */
import { fitsAsOutput, isSameType, typeText } from './same-type.ts';
import { checkAccess, checkKeys } from './compare-directives.ts';
import type { Faults } from './finding.ts';
import type { SdlMember, SdlType } from './sdl-types.ts';
import type { Types } from './wanted.ts';

export interface Comparison {
  /** What the SDL has. */
  readonly there: Types;
  /** What must be there: N-1 of the modules that are begun. */
  readonly must: Types;
  /** What may be there, and then as it says: N of the same modules. */
  readonly may: Types;
  readonly faults: Faults;
}

/** Finds what is missing, and what is there otherwise than the contract says. */
export function compareTypes({ there, must, may, faults }: Comparison): void {
  for (const [name, wanted] of may) {
    const type = there.get(name);
    if (!type) {
      if (must.has(name)) missing(faults, name, wanted.kind, null);
    } else if (type.kind !== wanted.kind) {
      const message = `${name} is an SDL \`${type.kind}\`, and must be \`${wanted.kind} ${name}\`.`;
      faults.add('WRONG_KIND', name, type.node, message);
    } else {
      // A type that came later may be left out; where it is, it is whole.
      compareType(type, wanted, must.get(name) ?? wanted, faults);
    }
  }
}

function compareType(type: SdlType, wanted: SdlType, must: SdlType, faults: Faults): void {
  checkKeys(type, wanted, faults);
  checkAccess(type.name, type, wanted, faults);
  for (const name of wanted.interfaces) {
    if (type.interfaces.has(name)) continue;
    const message = `${type.name} must be \`type ${type.name} implements ${name}\`.`;
    faults.add('NO_INTERFACE', type.name, type.node, message);
  }
  for (const name of must.unites) {
    if (!type.unites.has(name)) missing(faults, `${type.name}.${name}`, 'member', type.node);
  }
  for (const [name, member] of wanted.members) {
    const own = type.members.get(name);
    if (own) compareMember(own, member, must.members.get(name) ?? member, wanted.kind, faults);
    else if (must.members.has(name)) {
      missing(faults, member.coordinate, describe(member), type.node);
    }
  }
}

function compareMember(
  there: SdlMember,
  wanted: SdlMember,
  must: SdlMember,
  kind: SdlType['kind'],
  faults: Faults,
): void {
  checkAccess(there.coordinate, there, wanted, faults);
  if (kind === 'input') return compareInput(there, wanted, faults);
  if (there.type && wanted.type && !fitsAsOutput(there.type, wanted.type)) {
    wrongType(faults, there, wanted, 'or promise more by `!`');
  }
  for (const [name, argument] of wanted.args) {
    const own = there.args.get(name);
    if (own) compareInput(own, argument, faults);
    else if (must.args.has(name)) {
      missing(faults, argument.coordinate, describe(argument), there.node);
    }
  }
}

/** An argument or an input field: exactly as the contract says, so that what is sent to one is taken by all. */
function compareInput(there: SdlMember, wanted: SdlMember, faults: Faults): void {
  if (!isSameType(there.type, wanted.type)) wrongType(faults, there, wanted, 'exactly');
  if (there.defaultValue === wanted.defaultValue) return;
  const shown = (value: string | null): string => (value === null ? 'none' : `\`${value}\``);
  const message = `${there.coordinate}: the default is ${shown(there.defaultValue)}, and must be ${shown(wanted.defaultValue)}.`;
  faults.add('WRONG_DEFAULT', there.coordinate, there.node, message);
}

function wrongType(faults: Faults, there: SdlMember, wanted: SdlMember, how: string): void {
  const message = `${there.coordinate} is \`${typeText(there.type)}\`, and must be \`${typeText(wanted.type)}\`, ${how}.`;
  faults.add('WRONG_TYPE', there.coordinate, there.node, message);
}

function missing(
  faults: Faults,
  coordinate: string,
  what: string,
  node: SdlType['node'] | SdlMember['node'] | null,
): void {
  faults.add('MISSING', coordinate, node, `${coordinate} (\`${what}\`) is missing.`);
}

/** A member as it has to be written. */
function describe({ node, type, defaultValue }: SdlMember): string {
  if (!type) return node.name.value;
  const text = `${node.name.value}: ${typeText(type)}`;
  return defaultValue === null ? text : `${text} = ${defaultValue}`;
}
