/** Which types of an SDL are used: what no root and no entity leads to is nobody's. */
import {
  Kind,
  visit,
  type DefinitionNode,
  type NamedTypeNode,
  type TypeDefinitionNode,
} from 'graphql';
import { isTypeDefinition } from './schema.ts';

/** The roots, and the entities that the net reaches by their code alone. */
const roots = ['Query', 'Mutation', 'Platform', 'Division'] as const;

/** The definitions without the types that nothing leads to. */
export function withoutUnreachable(
  definitions: readonly DefinitionNode[],
): readonly DefinitionNode[] {
  const types = new Map(
    definitions.filter(isTypeDefinition).map((type) => [type.name.value, type] as const),
  );
  const reached = new Set<string>();
  const waiting: string[] = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const type = types.get(name);
    if (!type || reached.has(name)) continue;
    reached.add(name);
    waiting.push(...namesIn(type));
    if (type.kind === Kind.INTERFACE_TYPE_DEFINITION) waiting.push(...implementing(name, types));
  }
  return definitions.filter((each) => !isTypeDefinition(each) || reached.has(each.name.value));
}

/** A definition is asked for with every choice of modules. */
const named = new WeakMap<TypeDefinitionNode, readonly string[]>();

/** Types that a definition names: of its fields and arguments, and its interfaces. */
function namesIn(type: TypeDefinitionNode): readonly string[] {
  const known = named.get(type);
  if (known) return known;
  const names: string[] = [];
  const collect = (node: NamedTypeNode): void => void names.push(node.name.value);
  visit(type, { NamedType: collect });
  named.set(type, names);
  return names;
}

function implementing(
  name: string,
  types: ReadonlyMap<string, TypeDefinitionNode>,
): readonly string[] {
  return [...types.values()].flatMap((type) =>
    'interfaces' in type && type.interfaces?.some((each) => each.name.value === name)
      ? [type.name.value]
      : [],
  );
}
