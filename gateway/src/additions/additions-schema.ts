/** The subgraph `additions` of a composed supergraph, as a schema: what its parts are asked and checked by. */
import {
  Kind,
  buildASTSchema,
  parse,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';

const graph = 'ADDITIONS';

/** What has a key is a record here: its id must be the answering owner's own. */
const recordText = 'interface Record { id: ID! }';

/** Reads it from the supergraph, so that it is of the same generation as the plans. */
export function additionsSchema({ definitions }: DocumentNode): GraphQLSchema {
  return buildASTSchema(
    {
      kind: Kind.DOCUMENT,
      definitions: [
        ...parse(recordText, { noLocation: true }).definitions,
        ...definitions.flatMap(part),
      ],
    },
    { assumeValid: true },
  );
}

function part(type: DefinitionNode): DefinitionNode[] {
  if (!('directives' in type) || !ofGraph(type.directives, 'join__type')) return [];
  if (type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION) {
    const fields = (type.fields ?? []).filter(({ directives }) => isShared(directives));
    return [{ ...type, fields, interfaces: interfacesOf(type) }];
  }
  return [type];
}

function interfacesOf(
  type: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
): readonly NamedTypeNode[] {
  const names = (type.directives ?? [])
    .filter((directive) => ofGraph([directive], 'join__implements'))
    .map((directive) => argument(directive, 'interface') ?? '');
  const key = (type.directives ?? [])
    .filter((directive) => ofGraph([directive], 'join__type'))
    .map((directive) => argument(directive, 'key'));
  if (type.kind === Kind.OBJECT_TYPE_DEFINITION && key.includes('id')) names.push('Record');
  return names.map((value) => ({ kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value } }));
}

/** A field without `@join__field` is of every subgraph that has the type. */
function isShared(directives: readonly DirectiveNode[] | undefined): boolean {
  const joins = (directives ?? []).filter(({ name }) => name.value === 'join__field');
  return joins.length === 0 || ofGraph(joins, 'join__field');
}

function ofGraph(directives: readonly DirectiveNode[] | undefined, name: string): boolean {
  return (directives ?? []).some(
    (directive) => directive.name.value === name && argument(directive, 'graph') === graph,
  );
}

function argument({ arguments: args }: DirectiveNode, name: string): string | undefined {
  const value = args?.find((given) => given.name.value === name)?.value;
  return value && 'value' in value ? String(value.value) : undefined;
}
