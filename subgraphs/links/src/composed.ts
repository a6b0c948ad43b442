/** What the subgraph `links` of a composed supergraph follows: the contract's references, and those of additions. */
import type { Reference } from '@onenet/contract';
import { Kind, type ConstDirectiveNode, type DocumentNode, type TypeNode } from 'graphql';

/** Reads them from the supergraph's own text: `@join__field(graph: LINKS, requires: "<the id>")`. */
export function composedReferences({ definitions }: DocumentNode): readonly Reference[] {
  return definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const fields = new Map((type.fields ?? []).map((field) => [field.name.value, field]));
    return [...fields.values()].flatMap((field): Reference[] => {
      const idField = (field.directives ?? []).map(requiredByLinks).find((id) => id !== undefined);
      const id = idField === undefined ? undefined : fields.get(idField);
      if (idField === undefined || !id) return [];
      return [
        {
          owner: type.name.value,
          idField,
          nullable: id.type.kind !== Kind.NON_NULL_TYPE,
          type: namedType(field.type),
          as: field.name.value,
          // Enforced before the plan, from the same text.
          access: [],
        },
      ];
    });
  });
}

function requiredByLinks({ name, arguments: args = [] }: ConstDirectiveNode): string | undefined {
  if (name.value !== 'join__field') return undefined;
  const argument = (wanted: string) => args.find((given) => given.name.value === wanted)?.value;
  const graph = argument('graph');
  const requires = argument('requires');
  if (graph?.kind !== Kind.ENUM || graph.value !== 'LINKS') return undefined;
  return requires?.kind === Kind.STRING ? requires.value : undefined;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
