/** Which version of the contract brought an element: what `@since` says. */
import { Kind, type ASTNode, type ConstDirectiveNode } from 'graphql';
import { contractVersions, type ContractVersion } from './modules.ts';

/** The version that brought an element of the contract's text; the first where it does not say. */
export function sinceOf(node: ASTNode | null | undefined): ContractVersion {
  const applied: readonly ConstDirectiveNode[] =
    node && 'directives' in node ? ((node.directives ?? []) as readonly ConstDirectiveNode[]) : [];
  const since = applied.find(({ name }) => name.value === 'since');
  if (!since) return contractVersions[0];
  const value = since.arguments?.[0]?.value;
  const text = value?.kind === Kind.STRING ? value.value : '';
  const version = contractVersions.find((known) => known === text);
  if (version) return version;
  throw new Error(`@since(version: "${text}"): the contract has ${contractVersions.join(', ')}.`);
}

/** Whether `version` came after `other`. */
export function isAfter(version: ContractVersion, other: ContractVersion): boolean {
  return contractVersions.indexOf(version) > contractVersions.indexOf(other);
}

/** Whether a text names a version of the contract. */
export function isContractVersion(text: unknown): text is ContractVersion {
  return contractVersions.some((known) => known === text);
}
