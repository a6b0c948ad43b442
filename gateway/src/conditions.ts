/**
 * Part of step `document`: decides `@skip` and `@include` by the variables, before planning.
 *
 * The stock planner puts what several references require into one representation; where a condition
 * takes one of these away, the executor drops the representation whole, and with it references that
 * were not skipped, in silence. A plan without conditions has no such case, and is smaller.
 */
import { NetError } from '@onenet/contract';
import {
  Kind,
  visit,
  type ConstValueNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import { fragmentsOf } from './selections.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What decides the conditions of an operation: a part of the key under which it is kept. */
export function booleansOf(variables: Variables): readonly (readonly [string, boolean])[] {
  return Object.entries(variables).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  );
}

/** The chosen operation without conditions, and without what it then no longer uses. */
export function decideConditions(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): DocumentNode {
  if (!hasConditions(document)) return document;
  const isTaken = ({ directives = [] }: SelectionNode): boolean =>
    directives.every(
      (directive) =>
        conditionOf(directive, operation, variables) === (directive.name.value !== 'skip'),
    );
  const decide = <Node extends OperationDefinitionNode | FragmentDefinitionNode>(node: Node) =>
    visit<Node>(node, {
      SelectionSet: {
        enter: (set) => ({ ...set, selections: set.selections.filter(isTaken).map(bare) }),
        leave: orNothing,
      },
    });
  const fragments = new Map([...fragmentsOf(document)].map(([name, node]) => [name, decide(node)]));
  return usedParts(decide(operation), fragments);
}

function hasConditions(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: ({ name }) => {
      found ||= isCondition(name.value);
    },
  });
  return found;
}

function isCondition(name: string): boolean {
  return name === 'skip' || name === 'include';
}

/** The value of a condition; any other directive counts as `@include(if: true)`. */
function conditionOf(
  { name, arguments: args = [] }: DirectiveNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): boolean {
  if (!isCondition(name.value)) return true;
  const value = args.find((arg) => arg.name.value === 'if')?.value;
  if (value?.kind === Kind.BOOLEAN) return value.value;
  if (value?.kind !== Kind.VARIABLE) throw new Error('A valid condition is a Boolean.');
  const variable = value.name.value;
  const given = Object.hasOwn(variables, variable)
    ? variables[variable]
    : constant(defaultOf(operation, variable));
  if (typeof given === 'boolean') return given;
  throw new NetError(
    'BAD_INPUT',
    `The variable $${variable} decides @${name.value} and must be true or false.`,
  );
}

function defaultOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variable: string,
): ConstValueNode | undefined {
  return variableDefinitions.find((each) => each.variable.name.value === variable)?.defaultValue;
}

function constant(node: ConstValueNode | undefined): boolean | undefined {
  return node?.kind === Kind.BOOLEAN ? node.value : undefined;
}

function bare<Node extends SelectionNode>(node: Node): Node {
  const kept = node.directives?.filter(({ name }) => !isCondition(name.value));
  return { ...node, ...(kept && { directives: kept }) };
}

/** A selection of which nothing is left is an empty object, which GraphQL cannot write otherwise. */
function orNothing(set: SelectionSetNode): SelectionSetNode {
  return set.selections.length > 0 ? set : { ...set, selections: [nothing] };
}

const nothing: SelectionNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  directives: [
    {
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: 'skip' },
      arguments: [
        {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: 'if' },
          value: { kind: Kind.BOOLEAN, value: true },
        },
      ],
    },
  ],
};

/** The operation with the fragments and variables that it still uses: GraphQL refuses others. */
export function usedParts(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DocumentNode {
  const usedFragments = new Map<string, FragmentDefinitionNode>();
  const usedVariables = new Set<string>();
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      // A definition is no use.
      VariableDefinition: () => false,
      Variable: ({ name }) => void usedVariables.add(name.value),
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (!fragment || usedFragments.has(name.value)) return;
        usedFragments.set(name.value, fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  const isUsed = ({ variable }: VariableDefinitionNode): boolean =>
    usedVariables.has(variable.name.value);
  const variableDefinitions = operation.variableDefinitions?.filter(isUsed);
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, ...(variableDefinitions && { variableDefinitions }) },
      ...usedFragments.values(),
    ],
  };
}
