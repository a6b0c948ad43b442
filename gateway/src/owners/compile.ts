/** Compiles each operation once for each set of values in its `@include` and `@skip`, and keeps the plans. */
import { NetError } from '@onenet/contract';
import {
  Kind,
  parse,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { reserved } from './ask.ts';
import { readPlan, type Plan, type RoutedBy } from './plan.ts';
import type { Values } from './run.ts';

/** Operations kept; the least recently used goes first. */
const keptOperations = 2000;

/** Plans kept for one operation: its conditions may take many values together. */
const keptPlans = 64;

/** An operation that was parsed. */
interface ParsedOperation {
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Variables in conditions, with their defaults. */
  readonly conditions: readonly { readonly name: string; readonly fallback: boolean }[];
  readonly plans: Map<string, Plan>;
}

/** Finds or makes the plan of an operation. */
export class PlanCache {
  readonly #schema: GraphQLSchema;
  readonly #routedBy: RoutedBy | undefined;
  readonly #operations = new Map<string, ParsedOperation>();

  constructor(schema: GraphQLSchema, routedBy?: RoutedBy) {
    this.#schema = schema;
    this.#routedBy = routedBy;
  }

  of(text: string, variables: Values): Plan {
    const operation = this.#operation(text);
    const conditions: Record<string, boolean> = {};
    let bits = '';
    for (const { name, fallback } of operation.conditions) {
      const value = variables[name] === undefined ? fallback : variables[name] === true;
      conditions[name] = value;
      bits += value ? '1' : '0';
    }
    let plan = operation.plans.get(bits);
    if (!plan) {
      if (operation.plans.size >= keptPlans) operation.plans.clear();
      const { definition, fragments } = operation;
      plan = readPlan({ schema: this.#schema, fragments, conditions }, definition, this.#routedBy);
      operation.plans.set(bits, plan);
    }
    return plan;
  }

  #operation(text: string): ParsedOperation {
    let operation = this.#operations.get(text);
    if (operation) {
      this.#operations.delete(text);
    } else {
      operation = parseOperation(parse(text, { noLocation: true }));
      const [oldest] = this.#operations.keys();
      if (this.#operations.size >= keptOperations && oldest !== undefined) {
        this.#operations.delete(oldest);
      }
    }
    this.#operations.set(text, operation);
    return operation;
  }
}

function parseOperation(document: DocumentNode): ParsedOperation {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let definition: OperationDefinitionNode | undefined;
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    if (node.kind === Kind.OPERATION_DEFINITION) definition = node;
  }
  if (!definition) throw new NetError('BAD_REQUEST');
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      const value = directive.arguments?.[0]?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  const definitions = definition.variableDefinitions ?? [];
  for (const { variable } of definitions) {
    // The net adds variables of its own to what owners get.
    if (variable.name.value.startsWith(reserved)) {
      throw new NetError('BAD_REQUEST', `Variables may not begin with "${reserved}".`);
    }
  }
  const conditions = [...names].map((name) => {
    const given = definitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
    return { name, fallback: given?.kind === Kind.BOOLEAN && given.value };
  });
  return { definition, fragments, conditions, plans: new Map() };
}
