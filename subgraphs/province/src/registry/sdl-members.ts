/** An SDL as its members: what it says of each coordinate, whatever the order, descriptions and `extend`. */
import { Kind, print, visit } from 'graphql';
import type { DirectiveNode, DocumentNode } from 'graphql';

/** What every Federation server has and no SDL need show. */
const federationsOwn = new Set([
  '_Any',
  '_Entity',
  '_Service',
  'Query._entities',
  'Query._service',
]);

/** Coordinate → what stands there. */
export function sdlMembers(document: DocumentNode): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  const add = (coordinate: string, text: string) => {
    if (!federationsOwn.has(coordinate)) {
      members.set(coordinate, [members.get(coordinate) ?? '', text].join(' ').trim());
    }
  };
  const plain: DocumentNode = visit(document, {
    enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
  });
  for (const definition of plain.definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
      // Some servers print those of Federation, some do not; none has another meaning than its name.
      continue;
    }
    if (!('name' in definition) || definition.name === undefined) continue;
    if (!isType(definition.kind)) continue;
    const type = definition.name.value;
    const kind = definition.kind.replace('Extension', '').replace('Definition', '');
    if (!members.has(type)) add(type, kind);
    for (const text of printed(definition.directives)) add(type, text);
    if ('interfaces' in definition) {
      for (const each of definition.interfaces ?? []) add(type, `implements ${print(each)}`);
    }
    if ('types' in definition) {
      for (const each of definition.types ?? []) add(`${type}.${each.name.value}`, 'member');
    }
    if ('values' in definition) {
      for (const each of definition.values ?? []) {
        add(`${type}.${each.name.value}`, printed(each.directives).join(' ') || 'value');
      }
    }
    if ('fields' in definition) {
      for (const field of definition.fields ?? []) {
        const coordinate = `${type}.${field.name.value}`;
        add(coordinate, [print(field.type), ...printed(field.directives)].join(' '));
        if (field.kind === Kind.INPUT_VALUE_DEFINITION) {
          if (field.defaultValue) add(coordinate, `= ${print(field.defaultValue)}`);
          continue;
        }
        for (const argument of field.arguments ?? []) {
          const fallback = argument.defaultValue ? ` = ${print(argument.defaultValue)}` : '';
          add(`${coordinate}(${argument.name.value}:)`, `${print(argument.type)}${fallback}`);
        }
      }
    }
  }
  // Words of a type (directives, interfaces) in whatever order they were written.
  return new Map(
    [...members].filter(([coordinate]) => !federationsOwn.has(coordinate)).map(sortedWords),
  );
}

function sortedWords([coordinate, text]: [string, string]): [string, string] {
  return [coordinate, coordinate.includes('.') ? text : text.split(' ').toSorted().join(' ')];
}

/** Without the prefix under which a directive was imported, in alphabetical order. */
function printed(directives: readonly DirectiveNode[] | undefined): readonly string[] {
  return (directives ?? [])
    .map((directive) => print(directive).replace('@federation__', '@'))
    .filter((text) => !text.startsWith('@link') && !text.startsWith('@deprecated'))
    .toSorted();
}

function isType(kind: string): boolean {
  return /^(Object|Interface|Union|Enum|InputObject|Scalar)Type(Definition|Extension)$/.test(kind);
}
