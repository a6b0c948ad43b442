/** The one list of limits: how large a request may be, whoever sends it. */
import { NetError } from '@onenet/contract';

/** Counted over what fragments spread to; no name of an operation or a fragment is exempt. */
export const limits = {
  /** Of a request's body or URL. */
  bodyBytes: 256 * 1024,
  /** Of a document. */
  tokens: 5000,
  /** Operations in a document, of which one is carried out. */
  operations: 10,
  /** Fragments that a document defines. */
  fragments: 100,
  /** Directives in a document. */
  directives: 200,
  /** Variables that an operation defines. */
  variables: 100,
  /** Lists and objects inside each other, in a variable's value or in the document's own. */
  valueDepth: 10,
  /** Items of one list in a variable's value. */
  valueItems: 1000,
  /** Fields inside fields. The standard introspection query has 15. */
  depth: 20,
  /** Fragments inside fragments, spread or in line. */
  nesting: 30,
  /** Aliased fields, after fragments are spread. */
  aliases: 300,
  /** Root fields, after fragments are spread. */
  rootFields: 100,
  /** Fields, after fragments are spread. */
  fields: 5000,
  /** Pairs of fields under one name at one place: validation compares each with each. */
  pairs: 50_000,
  /** Rows that lists inside lists may come to, by their page sizes. */
  rows: 200_000,
  /** What an operation may cost, by `@cost` and `@listSize` (limits/cost.ts). */
  cost: 200_000,
} as const;

/** Refuses what is over a limit. */
export function refuseOver(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new NetError(
    'TOO_LARGE',
    `The operation has ${count} ${what}, and the limit is ${limit}: ask for less at once.`,
  );
}
