/** Why an addition is refused: one code for each kind of refusal. */
import type { ASTNode } from 'graphql';

/** The kinds of refusals, each with what is wrong in general. */
export const additionRefusals = {
  SYNTAX: 'the text is no GraphQL',
  TOO_LARGE: 'more types, fields or bytes than an addition may have',
  PREFIX: 'a name without the platform’s prefix',
  PREFIX_FOREIGN: 'a name with the prefix of another platform',
  PREFIX_AMBIGUOUS: 'a name that several platforms could claim',
  RESERVED_NAME: 'a name that is reserved for the net or for GraphQL',
  OVERRIDE: 'it could take a field of the contract from all others',
  EXTERNAL: 'the contract’s fields cannot be borrowed',
  REQUIRES: 'an addition cannot require fields of others',
  PROVIDES: 'an addition cannot provide fields of others',
  INTERFACE_OBJECT: 'it would add to every record',
  INACCESSIBLE: 'it would hide from all',
  COMPOSE_DIRECTIVE: 'a directive of its own does not reach the supergraph',
  SHAREABLE: 'what several may answer belongs in the contract',
  LINK: 'a specification other than Federation',
  DIRECTIVE: 'a directive that means nothing here',
  KEY: 'a key other than `id: ID!` of a type of its own',
  ENUM_VALUE: 'a value for an enum of the contract',
  UNION_MEMBER: 'a member for a union of the contract',
  INTERFACE:
    'an interface of the contract would get a further type, or one of its types an interface',
  INPUT_FIELD: 'a field for an input of the contract',
  ARGUMENT: 'an argument on a field of the contract',
  NOT_AN_ENTITY: 'a field on a type of the contract that is no record',
  NON_NULL: 'a field on a type of the contract, or behind a scope, that is never null',
  RECORD_RETURNED: 'a record of the contract, which must be an id with @reference',
  CONTRACT_TYPE: 'a type of the contract that additions cannot use',
  UNKNOWN_TYPE: 'a type that is not defined',
  REFERENCE: 'a @reference that leads nowhere, or from where none can',
  PERSONAL: 'a personal field without a scope',
  IDEMPOTENCY_KEY: 'a mutation without an idempotency key',
  SUBSCRIPTION: 'a subscription',
} as const;

export type AdditionRefusal = keyof typeof additionRefusals;

/** One refusal, and where. */
export interface AdditionFinding {
  readonly code: AdditionRefusal;
  /** GraphQL schema coordinate. */
  readonly coordinate: string | null;
  /** From 1, in the text as given. */
  readonly line: number | null;
  readonly message: string;
}

/** Nobody reads more of them, and a stranger's text could bring a million. */
const maxFindings = 100;

/** Collects refusals. */
export class Findings {
  readonly all: AdditionFinding[] = [];

  add(
    code: AdditionRefusal,
    coordinate: string | null,
    node: ASTNode | null,
    advice: string,
  ): void {
    if (this.all.length >= maxFindings) return;
    this.all.push({
      code,
      coordinate,
      line: node?.loc?.startToken.line ?? null,
      message: `${coordinate ?? 'The document'}: ${additionRefusals[code]}. ${advice}`,
    });
  }
}
