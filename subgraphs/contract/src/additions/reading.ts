/** What all checks of one owner's additions share. */
import {
  Kind,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode as TypeReferenceNode,
} from 'graphql';
import type { DirectiveNames } from './directives.ts';
import type { Findings } from './finding.ts';
import { hasPrefix, type AdditionPrefix, type NameKind, type Prefixes } from './prefix.ts';

/** A definition or an extension of a type. */
export type TypeNode = TypeDefinitionNode | TypeExtensionNode;

/** One owner's document while it is read. */
export interface Reading {
  readonly code: string;
  readonly prefix: AdditionPrefix;
  readonly prefixes: Prefixes;
  readonly names: DirectiveNames;
  /** Definitions and extensions, by type. */
  readonly types: Map<string, readonly TypeNode[]>;
  readonly findings: Findings;
}

/** Gathers what a document says of each type. */
export function groupByType({ definitions }: DocumentNode): Map<string, readonly TypeNode[]> {
  const types = new Map<string, TypeNode[]>();
  for (const node of definitions) {
    if (!isTypeNode(node)) continue;
    const known = types.get(node.name.value);
    if (known) known.push(node);
    else types.set(node.name.value, [node]);
  }
  return types;
}

function isTypeNode(node: DefinitionNode): node is TypeNode {
  return node.kind.endsWith('TypeDefinition') || node.kind.endsWith('TypeExtension');
}

/** How many types there are, and how many fields, arguments, values and members within them. */
export function sizeOf(definitions: readonly DefinitionNode[]): { types: number; members: number } {
  let members = 0;
  for (const node of definitions) {
    if ('fields' in node) {
      for (const field of node.fields ?? []) {
        members += 1 + ('arguments' in field ? (field.arguments?.length ?? 0) : 0);
      }
    }
    if ('values' in node) members += node.values?.length ?? 0;
    if ('types' in node) members += node.types?.length ?? 0;
  }
  const types = definitions.filter((node) => node.kind !== Kind.OBJECT_TYPE_EXTENSION).length;
  return { types, members };
}

/** Checks that a name begins as the owner's names do. */
export function checkPrefix(
  { code, prefix, prefixes, findings }: Reading,
  kind: NameKind,
  name: string,
  coordinate: string,
  node: ASTNode,
): void {
  if (!checkReserved(findings, name, coordinate, node)) return;
  const owners = prefixes.ownersOf(kind, name);
  if (owners.length > 1) {
    const advice = `${owners.join(' and ')} have the same prefix for it: ask the province for another code.`;
    findings.add('PREFIX_AMBIGUOUS', coordinate, node, advice);
  } else if (hasPrefix(kind, name, prefix)) {
    const [longest] = owners;
    if (longest === undefined || longest === code) return;
    const advice = `It could be ${longest}'s: choose a name that does not go on as its prefix does.`;
    findings.add('PREFIX_AMBIGUOUS', coordinate, node, advice);
  } else if (owners[0] !== undefined) {
    const advice = `It is ${owners[0]}'s prefix: begin with ${prefix[kind]}.`;
    findings.add('PREFIX_FOREIGN', coordinate, node, advice);
  } else {
    const advice = `Begin with ${prefix[kind]}${kind === 'field' ? ' and go on with a capital' : ''}.`;
    findings.add('PREFIX', coordinate, node, advice);
  }
}

const maxNameLength = 100;

/** Refuses names that the net or GraphQL keeps for itself. */
export function checkReserved(
  findings: Findings,
  name: string,
  coordinate: string,
  node: ASTNode,
): boolean {
  if (name.length > maxNameLength) {
    const advice = `A name has ${name.length} characters, and may have ${maxNameLength}.`;
    findings.add('TOO_LARGE', `${coordinate.slice(0, maxNameLength)}…`, node, advice);
    return false;
  }
  if (!/^(?:__|onenet_)/.test(name)) return true;
  findings.add('RESERVED_NAME', coordinate, node, 'Choose another name.');
  return false;
}

/** The type that a reference names, inside lists and `!`. */
export function namedType(type: TypeReferenceNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
