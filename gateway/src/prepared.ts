/** An operation that passed the steps `document`, `limits` and `scopes`: kept, since most are asked again and again. */
import type { AccessRules } from '@onenet/contract';
import { print, type DocumentNode, type GraphQLSchema, type OperationTypeNode } from 'graphql';
import { createHash } from 'node:crypto';
import type { Access } from './callers/access.ts';
import { decideConditions } from './conditions.ts';
import type { GraphQLParams } from './http-request.ts';
import { checkReservedNames, checkValid, chooseOperation, parseDocument } from './document.ts';
import { findLists } from './limits/rows.ts';
import { checkShape } from './limits/shape.ts';
import { applyScopes, type RefusedTree } from './scopes.ts';
import { compileShape, type Shape } from './shape.ts';
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
  readonly refused: RefusedTree | undefined;
  /** Undefined for introspection. */
  readonly shape: Shape | undefined;
  /** With these variables. */
  readonly coordinates: CoordinatesUsed;
}

/** The steps from a text to an operation that may be planned, in order. */
export function prepare(
  schema: GraphQLSchema,
  rules: AccessRules,
  access: Access,
  { query, operationName, variables }: GraphQLParams,
): PreparedOperation {
  const whole = parseDocument(query);
  checkReservedNames(whole);
  const chosen = chooseOperation(whole, operationName);
  checkShape(whole);
  checkValid(schema, whole);
  const document = decideConditions(whole, chosen, variables);
  const operation = chooseOperation(document, operationName);
  const lists = findLists(schema, document, operation);
  const scoped = applyScopes(schema, rules, access, document, operation);
  const text = scoped.document === whole ? query : print(scoped.document);
  return {
    text,
    document: scoped.document,
    hash: createHash('sha256').update(text).digest('hex'),
    kind: operation.operation,
    name: operation.name?.value ?? null,
    lists,
    refused: scoped.refused,
    shape: compileShape(schema, scoped.document, chooseOperation(scoped.document, operationName)),
    coordinates: coordinatesUsed(schema, scoped.document, operation),
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
