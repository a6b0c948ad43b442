/** An operation that passed the steps `document`, `limits` and `scopes`: kept, since most are asked again and again. */
import { print, type DocumentNode, type GraphQLSchema, type OperationTypeNode } from 'graphql';
import { createHash } from 'node:crypto';
import type { Access } from './callers/access.ts';
import { mutationsOf, type MutationAsked } from './callers/mutations.ts';
import { decideConditions } from './conditions.ts';
import type { GraphQLParams } from './http-request.ts';
import { checkReservedNames, checkValid, chooseOperation, parseDocument } from './document.ts';
import { introspectionOf, type Introspection } from './introspection.ts';
import { compileCost, type Cost } from './limits/cost.ts';
import { findLists } from './limits/rows.ts';
import { checkShape } from './limits/shape.ts';
import { applyScopes, type RefusedTree } from './scopes.ts';
import { compileShape, type Shape } from './shape.ts';
import type { Supergraph } from './supergraph.ts';
import type { Variants } from './variants.ts';
import { coordinatesUsed, type CoordinatesUsed } from './usage/coordinates.ts';

/** An operation that may be planned. */
export interface PreparedOperation {
  /** The text that is planned: without what the caller may not see. */
  readonly text: string;
  readonly document: DocumentNode;
  /** SHA-256 of `text`, hexadecimal: the planner's and the server's key. */
  readonly hash: string;
  readonly kind: OperationTypeNode;
  readonly name: string | null;
  readonly lists: ReturnType<typeof findLists>;
  readonly cost: Cost;
  readonly refused: RefusedTree | undefined;
  readonly shape: Shape;
  /** What it asks of the schema itself. */
  readonly introspection: Introspection | undefined;
  readonly mutations: readonly MutationAsked[];
  /** With these variables. */
  readonly coordinates: CoordinatesUsed;
}

/** What a generation knows of its schema beside it. */
export interface Rules extends Pick<Supergraph, 'restrictions' | 'costs'> {
  readonly variants: Variants;
}

/** The steps from a text to an operation that may be planned, in order. */
export function prepare(
  schema: GraphQLSchema,
  { restrictions, costs, variants }: Rules,
  access: Access,
  { query, operationName, variables }: GraphQLParams,
): PreparedOperation {
  const whole = parseDocument(query);
  checkReservedNames(whole);
  const chosen = chooseOperation(whole, operationName);
  checkShape(whole);
  // What the caller is not shown does not exist for it.
  const shown = variants.schemaOf(access.variant);
  checkValid(shown, whole);
  const decided = decideConditions(whole, chosen, variables);
  const { document = decided, introspection } =
    introspectionOf(shown, decided, chooseOperation(decided, operationName)) ?? {};
  const operation = chooseOperation(document, operationName);
  const lists = findLists(schema, document, operation);
  const scoped = applyScopes(schema, restrictions, access, document, operation);
  const scopedOperation = chooseOperation(scoped.document, operationName);
  const cost = compileCost(schema, costs, scoped.document, scopedOperation);
  const text = scoped.document === whole ? query : print(scoped.document);
  return {
    text,
    document: scoped.document,
    hash: createHash('sha256').update(text).digest('hex'),
    kind: operation.operation,
    name: operation.name?.value ?? null,
    lists,
    cost: (given, net) => cost(given, net) + (introspection?.cost ?? 0),
    refused: scoped.refused,
    shape: compileShape(schema, scoped.document, scopedOperation),
    introspection,
    mutations: mutationsOf(scoped.document, scopedOperation),
    coordinates: coordinatesUsed(schema, scoped.document, scopedOperation),
  };
}

/** From what an operation was prepared: enough to prepare it again, and nothing of who asked. */
export interface Recipe {
  readonly access: Access;
  /** Of the variables only those that decide `@include` and `@skip`. */
  readonly params: GraphQLParams;
}

interface Kept {
  readonly operation: PreparedOperation;
  readonly recipe: Recipe;
  uses: number;
}

/** Keeps what was prepared: at most so many operations, and so many characters of text. */
export class PreparedOperations {
  readonly #byText = new Map<string, Kept>();
  readonly #byHash = new Map<string, PreparedOperation>();
  readonly #most: number;
  readonly #mostCharacters: number;
  #characters = 0;

  constructor(most = 2000, mostCharacters = 16_000_000) {
    this.#most = most;
    this.#mostCharacters = mostCharacters;
  }

  /** Gets what was prepared under `key`, or prepares it. Only what passes every step is kept. */
  get(
    key: string,
    uses: number,
    make: () => PreparedOperation,
    recipe: () => Recipe,
  ): PreparedOperation {
    const known = this.#byText.get(key);
    if (known) {
      // The oldest stand first: what is used again moves to the end.
      this.#byText.delete(key);
      this.#byText.set(key, known);
      known.uses += uses;
      return known.operation;
    }
    const operation = make();
    this.#byText.set(key, { operation, recipe: recipe(), uses });
    this.#byHash.set(operation.hash, operation);
    this.#characters += key.length + operation.text.length;
    this.#evict();
    return operation;
  }

  /** The document of a planned text. */
  document(hash: string): DocumentNode | undefined {
    return this.#byHash.get(hash)?.document;
  }

  /** What is used most, first. */
  mostUsed(most: number): readonly (Recipe & { readonly uses: number })[] {
    return [...this.#byText.values()]
      .toSorted((a, b) => b.uses - a.uses)
      .slice(0, most)
      .map(({ recipe, uses }) => ({ ...recipe, uses }));
  }

  #evict(): void {
    for (const [key, { operation }] of this.#byText) {
      const fits = this.#byText.size <= this.#most && this.#characters <= this.#mostCharacters;
      if (fits || this.#byText.size === 1) return;
      this.#byText.delete(key);
      if (this.#byHash.get(operation.hash) === operation) this.#byHash.delete(operation.hash);
      this.#characters -= key.length + operation.text.length;
    }
  }
}
