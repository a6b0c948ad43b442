/** What is wrong with an SDL, measured by the contract: one code for each kind. */
import type { ASTNode } from 'graphql';
import { additionRefusals, type AdditionRefusal } from '../additions/finding.ts';

/** The kinds of faults, each with what is wrong in general. */
export const conformanceFaults = {
  ...additionRefusals,
  TOO_LARGE: 'the SDL or its additions have more than they may have',
  TOO_DEEP: 'brackets nest deeper than in any SDL',
  WRONG_ROOT: 'a root type is not called as the contract calls it',
  DUPLICATE: 'it stands twice',
  MISSING: 'the contract has it, and it is not there',
  WRONG_KIND: 'it is another kind of type than in the contract',
  WRONG_TYPE: 'its type is not the contract’s',
  WRONG_DEFAULT: 'its default value is not the contract’s',
  NO_INTERFACE: 'it does not implement an interface that it has in the contract',
  NO_KEY: 'it has not the key by which the net asks for it',
  WRONG_ACCESS: 'who may see it is not what the contract says',
  NET_FILLED: 'the net fills it, and no platform has it',
} as const;

export type ConformanceFault = keyof typeof conformanceFaults | AdditionRefusal;

export interface ConformanceFinding {
  readonly code: ConformanceFault;
  /** GraphQL schema coordinate. */
  readonly coordinate: string | null;
  /** From 1, in the SDL as given: where it stands, or where it is missing. */
  readonly line: number | null;
  /** Says what is wanted and what is there. */
  readonly message: string;
}

/** Collects faults. */
export class Faults {
  readonly all: ConformanceFinding[] = [];

  /** `node`: where in the SDL it is, or would have to be. */
  add(
    code: ConformanceFault,
    coordinate: string | null,
    node: ASTNode | null,
    message: string,
  ): void {
    // Its name: the node itself begins with its description.
    const at = node && 'name' in node && node.name ? node.name : node;
    this.all.push({ code, coordinate, line: at?.loc?.startToken.line ?? null, message });
  }
}
