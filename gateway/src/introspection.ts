/**
 * Introspection: answered here, from the caller's variant of the schema, and not by the vendor's server,
 * which knows the whole. What is planned has `__typename` in its place.
 */
import {
  Kind,
  executeSync,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { usedParts } from './conditions.ts';
import { introspectionCost } from './limits/cost-introspection.ts';
import { fragmentsOf } from './selections.ts';

/** What of an operation asks for the schema. */
export interface Introspection {
  /** In the unit of `limits/cost.ts`. */
  readonly cost: number;
  /** Puts the answer into an operation's data. */
  answer(data: Record<string, unknown>, variables: Readonly<Record<string, unknown>>): void;
}

/** Both are fields of the query's root alone, which no field leads back to. */
function asksForSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

/** Takes introspection out of a document; undefined where there is none. */
export function introspectionOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): { readonly document: DocumentNode; readonly introspection: Introspection } | undefined {
  const fragments = fragmentsOf(document);
  const asked = [...fieldsAsking(operation.selectionSet, fragments)];
  if (asked.length === 0) return undefined;
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: asked };
  const alone: DocumentNode = {
    ...document,
    definitions: [{ ...operation, selectionSet }, ...fragments.values()],
  };
  const planned = new Map([...fragments].map(([name, node]) => [name, withoutAsking(node)]));
  return {
    // The planner must not see what is left over: it knows introspection of another age.
    document: usedParts(withoutAsking(operation), planned),
    introspection: {
      cost: introspectionCost(schema, selectionSet, fragments),
      answer(data, variableValues) {
        const { data: answered } = executeSync({ schema, document: alone, variableValues });
        // A variable of another field may be wrong: the answer says so in that field's place.
        for (const [key, value] of Object.entries(answered ?? {})) {
          if (Object.hasOwn(data, key)) data[key] = value;
        }
      },
    },
  };
}

function withoutAsking<Node extends OperationDefinitionNode | FragmentDefinitionNode>(
  node: Node,
): Node {
  return visit<Node>(node, {
    Field: (field) => (asksForSchema(field) ? standIn(field) : undefined),
  });
}

function* fieldsAsking(
  set: SelectionSetNode,
  fragments: ReturnType<typeof fragmentsOf>,
): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (asksForSchema(selection)) yield selection;
    } else {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment) yield* fieldsAsking(fragment.selectionSet, fragments);
    }
  }
}

function standIn(node: FieldNode): FieldNode {
  return {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: node.alias?.value ?? node.name.value },
    name: { kind: Kind.NAME, value: '__typename' },
  };
}
