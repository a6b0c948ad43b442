/** The contract's modules: one line each, and one file of the same name in `modules/`. */
import { readFileSync } from 'node:fs';

export interface ContractModule {
  readonly name: string;
  /** A platform may leave it out; then its roots are `NOT_OFFERED` there. */
  readonly optional: boolean;
}

/** Two versions hold at once: N and N-1. A platform keeps either of them. */
export const contractVersions = ['1.0', '1.1', '1.2'] as const;
export type ContractVersion = (typeof contractVersions)[number];

/** N: what the text says. What came after 1.0 stands in it with `@since`. */
export const contractVersion: ContractVersion = '1.2';
/** N-1. */
export const previousContractVersion: ContractVersion = '1.1';

export const contractModules = [
  { name: 'core', optional: false },
  { name: 'organizations', optional: false },
  { name: 'requests', optional: false },
  { name: 'members', optional: true },
  { name: 'content', optional: true },
  { name: 'supervision', optional: true },
  { name: 'transfers', optional: true },
  { name: 'cards', optional: true },
  { name: 'aid', optional: true },
  { name: 'matching', optional: true },
  { name: 'corrections', optional: true },
] as const satisfies readonly ContractModule[];

export type ModuleName = (typeof contractModules)[number]['name'];

/** A module's text, as written. */
export function moduleText(name: ModuleName): string {
  return readFileSync(new URL(`../modules/${name}.graphql`, import.meta.url), 'utf8');
}
