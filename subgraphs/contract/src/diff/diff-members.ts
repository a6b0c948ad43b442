/** What differs between the members of two types of one name: fields, arguments, input fields, enum values. */
import { Kind } from 'graphql';
import { fitsAsInput, fitsAsOutput, isSameType, typeText } from '../conformance/same-type.ts';
import type { SdlMember, SdlType } from '../conformance/sdl-types.ts';
import type { ContractChange } from './change.ts';
import { diffDirectives } from './diff-directives.ts';

type InputKind = 'ARGUMENT' | 'INPUT_FIELD';

/** All changes of a type's members. */
export function diffMembers(before: SdlType, after: SdlType): readonly ContractChange[] {
  const kind = before.kind === 'input' ? 'INPUT_FIELD' : before.kind === 'enum' ? 'VALUE' : 'FIELD';
  return pairs(before.members, after.members).flatMap(([was, is]) => {
    if (kind === 'INPUT_FIELD') return diffInput(kind, was, is);
    if (was && is) return diffOutput(was, is);
    const coordinate = (was ?? is)?.coordinate ?? before.name;
    if (is)
      return [
        { kind: `${kind}_ADDED`, coordinate, breaking: null, message: `${coordinate} is new.` },
      ];
    // A value that is gone is still asked for; in answers nobody misses it.
    const breaking = kind === 'VALUE' ? 'input' : 'output';
    return [
      { kind: `${kind}_REMOVED`, coordinate, breaking, message: `${coordinate} is no more.` },
    ];
  });
}

function diffOutput(was: SdlMember, is: SdlMember): readonly ContractChange[] {
  const { coordinate } = was;
  return [
    ...(was.type && is.type && !isSameType(was.type, is.type)
      ? [
          {
            kind: 'FIELD_TYPE_CHANGED' as const,
            coordinate,
            breaking: fitsAsOutput(is.type, was.type) ? null : ('output' as const),
            message: retyped(was, is),
          },
        ]
      : []),
    ...diffDirectives(coordinate, was, is),
    ...pairs(was.args, is.args).flatMap(([old, now]) => diffInput('ARGUMENT', old, now)),
  ];
}

function diffInput(
  kind: InputKind,
  was: SdlMember | undefined,
  is: SdlMember | undefined,
): readonly ContractChange[] {
  if (!was) return is ? [addedInput(kind, is)] : [];
  const { coordinate } = was;
  if (!is) {
    return [
      {
        kind: `${kind}_REMOVED`,
        coordinate,
        breaking: 'input',
        message: `${coordinate} is no more.`,
      },
    ];
  }
  const changes: ContractChange[] = [];
  if (was.type && is.type && !isSameType(was.type, is.type)) {
    const breaking = fitsAsInput(was.type, is.type) ? null : 'input';
    changes.push({ kind: `${kind}_TYPE_CHANGED`, coordinate, breaking, message: retyped(was, is) });
  }
  if (was.defaultValue !== is.defaultValue) {
    // Who left it out is refused, if it has become required by this.
    const breaking = isRequired(is) && !isRequired(was) ? 'input' : null;
    const message = `${coordinate} had the default ${was.defaultValue ?? 'none'}, and has ${is.defaultValue ?? 'none'}.`;
    changes.push({ kind: `${kind}_DEFAULT_CHANGED`, coordinate, breaking, message });
  }
  return [...changes, ...diffDirectives(coordinate, was, is)];
}

function addedInput(kind: InputKind, is: SdlMember): ContractChange {
  const required = isRequired(is);
  return {
    kind: `${kind}_ADDED`,
    coordinate: is.coordinate,
    breaking: required ? 'input' : null,
    message: `${is.coordinate} is new${required ? ', and required' : ''}.`,
  };
}

function isRequired({ type, defaultValue }: SdlMember): boolean {
  return type?.kind === Kind.NON_NULL_TYPE && defaultValue === null;
}

function retyped(was: SdlMember, is: SdlMember): string {
  return `${was.coordinate} was \`${typeText(was.type)}\`, and is \`${typeText(is.type)}\`.`;
}

type Members = ReadonlyMap<string, SdlMember>;

function pairs(
  before: Members,
  after: Members,
): readonly (readonly [SdlMember | undefined, SdlMember | undefined])[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].map((name) => [before.get(name), after.get(name)]);
}
