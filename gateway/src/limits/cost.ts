/**
 * Part of step `limits`: what an operation costs, before it is carried out. Compiled once for an
 * operation; a request puts in its page sizes and the number of owners in scope.
 *
 * As Apollo's router counts by the cost directives' specification: an object costs 1 and a leaf 0, or
 * what `@cost` says, times the sizes of the lists around it, which `@listSize` says. Beyond that, a
 * gathered list costs as often as there are owners in scope: each makes a whole page of its own. What
 * is looked up for a merged page, such as a record's place, costs once a row.
 */
import { NetError, type NetSnapshot } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isCompositeType,
  typeFromAST,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, fragmentsOf, rootTypeOf } from '../selections.ts';
import type { CostRules } from './cost-rules.ts';
import { argumentOf, isList, makersOf, sizeOf, type Around, type Given } from './cost-lists.ts';
import { limits } from './limits.ts';

/** The estimate of an operation with these variables, in this net. */
export type Cost = (variables: Given['variables'], net: NetSnapshot) => number;

/** Costs of one row: constant, and of what stands in its lists. */
interface Term {
  constant: number;
  readonly parts: Part[];
}

interface Part {
  readonly size: ReturnType<typeof sizeOf>;
  readonly makers: ReturnType<typeof makersOf>;
  readonly inner: Term;
}

/** Of a mutation of which nothing is said. */
const mutationCost = 10;

/** Refuses an operation that costs more than it may. */
export function checkCost(estimate: number, limit: number = limits.cost): void {
  if (estimate <= limit) return;
  throw new NetError(
    'TOO_COSTLY',
    `The operation costs ${estimate} by estimate, and the limit is ${limit}: ask for smaller pages, fewer places or fewer fields inside lists.`,
    { estimate, limit },
  );
}

/** Compiles the estimate of a valid operation. */
export function compileCost(
  schema: GraphQLSchema,
  rules: CostRules,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Cost {
  const root = new Compiler(schema, rules, document).root(operation);
  const defaults = defaultsOf(operation);
  return (variables, net) =>
    Math.ceil(add(root, 1, 1, { variables: { ...defaults, ...variables }, net }));
}

/** `made`: how many rows owners make; `merged`: how many of them are in the answer. */
function add({ constant, parts }: Term, made: number, merged: number, given: Given): number {
  let sum = constant * made;
  for (const { size, makers, inner } of parts) {
    const items = typeof size === 'number' ? size : size(given);
    const rows = merged * items;
    const madeInside =
      makers === 'same' ? made * items : makers === 'row' ? rows : rows * makers(given);
    sum += add(inner, madeInside, rows, given);
  }
  return sum;
}

class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #fragments: ReturnType<typeof fragmentsOf>;

  constructor(schema: GraphQLSchema, rules: CostRules, document: DocumentNode) {
    this.#schema = schema;
    this.#rules = rules;
    this.#fragments = fragmentsOf(document);
  }

  root(operation: OperationDefinitionNode): Term {
    const term: Term = { constant: 0, parts: [] };
    this.#selections(operation.selectionSet, rootTypeOf(this.#schema, operation), term, {});
    return term;
  }

  #selections(set: SelectionSetNode, parent: GraphQLNamedType, term: Term, around: Around): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        this.#field(selection, parent, term, around);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : this.#fragments.get(selection.name.value);
      if (!fragment) continue;
      const condition = fragment.typeCondition && typeFromAST(this.#schema, fragment.typeCondition);
      this.#selections(fragment.selectionSet, condition ?? parent, term, around);
    }
  }

  #field(node: FieldNode, parent: GraphQLNamedType, term: Term, around: Around): void {
    const name = node.name.value;
    const field = fieldOf(parent, name);
    if (!field || name === '__typename') return;
    const coordinate = `${parent.name}.${name}`;
    const type = getNamedType(field.type);
    const sized = this.#rules.sizes.get(coordinate);
    const inner: Term = { constant: this.#weight(coordinate, type, node), parts: [] };
    if (node.selectionSet) {
      const isSizedInside = sized !== undefined && sized.sizedFields.length > 0;
      this.#selections(node.selectionSet, type, inner, {
        ...(isSizedInside && { sized, args: node }),
        ...(name === 'division' && { place: argumentOf(node, 'code') }),
      });
    }
    const size = isList(field) ? sizeOf(field, node, sized, around) : 1;
    const makers = makersOf(parent, name, node, around);
    if (size === 1 && makers === 'same') {
      term.constant += inner.constant;
      term.parts.push(...inner.parts);
    } else if (inner.constant > 0 || inner.parts.length > 0) {
      term.parts.push({ size, makers, inner });
    }
  }

  #weight(coordinate: string, type: GraphQLNamedType, node: FieldNode): number {
    const { weights } = this.#rules;
    const usual = isCompositeType(type) ? 1 : 0;
    const own =
      weights.get(coordinate) ??
      weights.get(type.name) ??
      (coordinate.startsWith('Mutation.') ? mutationCost : usual);
    const args = node.arguments ?? [];
    return args.reduce(
      (sum, { name }) => sum + (weights.get(`${coordinate}(${name.value}:)`) ?? 0),
      own,
    );
  }
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Given['variables'] {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }): [string, unknown][] =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  );
  return Object.fromEntries(defaults);
}
