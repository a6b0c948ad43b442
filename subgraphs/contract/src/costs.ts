/** What fields cost, by `@cost` and `@listSize` (https://ibm.github.io/graphql-specs/cost-spec.html): derived, so that no list is forgotten. */
import {
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
} from 'graphql';
import { defaultPageSize } from './page.ts';

const [pageSize, mutationCost] = directives(`
  @listSize(
    assumedSize: ${defaultPageSize}
    slicingArguments: ["first", "last"]
    sizedFields: ["edges"]
    requireOneSlicingArgument: false
  )
  @cost(weight: 10)
`);

/** The definitions with the costs of their fields: of pages, by their size; of mutations. */
export function withCosts(definition: DefinitionNode): DefinitionNode {
  const isMutation =
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === 'Mutation';
  return visit(definition, {
    FieldDefinition: (field) => {
      const derived = [isPage(field) && pageSize, isMutation && mutationCost].filter(
        (directive) => typeof directive === 'object',
      );
      const own = new Set((field.directives ?? []).map(({ name }) => name.value));
      const added = derived.filter(({ name }) => !own.has(name.value));
      return added.length === 0
        ? undefined
        : { ...field, directives: [...(field.directives ?? []), ...added] };
    },
  });
}

/** A list by pages has `first` and `last`; a short one, such as a record's history, has neither. */
function isPage({ arguments: args = [] }: FieldDefinitionNode): boolean {
  const names = new Set(args.map(({ name }) => name.value));
  return names.has('first') && names.has('last');
}

function directives(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar Costs ${text}`, { noLocation: true }).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}
