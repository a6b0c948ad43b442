/** Reads what an owner's SDL has beyond the contract, and refuses by name what could touch others. */
import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  type DefinitionNode,
  type DocumentNode,
} from 'graphql';
import { checkContractType, rootsOf } from './contract-types.ts';
import { contractType, isFederationsOwn } from './contract-part.ts';
import { DirectiveNames } from './directives.ts';
import { Findings, type AdditionFinding } from './finding.ts';
import { ownType } from './own-types.ts';
import { Prefixes, additionPrefix } from './prefix.ts';
import { groupByType, sizeOf, type Reading, type TypeNode } from './reading.ts';

/** What one owner adds. */
export interface Additions {
  /**
   * Sorted, so that the same additions are the same text: `extend type` for what is added to the
   * contract's types, `type` for its own. `@reference` is in it; what composition needs besides is not.
   */
  readonly sdl: string;
  /** `Query.p420800…`, `Member.p420800…`, `P420800_…`. */
  readonly coordinates: readonly string[];
}

export interface AdditionsReading {
  /** Null when there are none, or when something is refused. */
  readonly additions: Additions | null;
  readonly findings: readonly AdditionFinding[];
}

/** How much one owner may add. */
export const additionLimits = { types: 100, members: 1000, bytes: 64 * 1024 } as const;

/** More is not even parsed. */
const maxTextBytes = 1024 * 1024;
const maxTokens = 200_000;

/** Codes of all registered platforms, or the look-up made of them. */
export type Registered = Iterable<string> | Prefixes;

/**
 * Reads an owner's whole SDL, or its additions alone. `registered`: the codes of the platforms of
 * the net; with them a name that could be another platform's is refused.
 */
export function readAdditions(
  source: DocumentNode | string,
  code: string,
  registered: Registered = [],
): AdditionsReading {
  const findings = new Findings();
  const document = typeof source === 'string' ? parseText(source, findings) : source;
  if (!document) return { additions: null, findings: findings.all };
  const types = groupByType(document);
  const reading: Reading = {
    code,
    prefix: additionPrefix(code),
    prefixes: registered instanceof Prefixes ? registered : new Prefixes([...registered, code]),
    names: new DirectiveNames(document, findings),
    types,
    findings,
  };
  checkRoots(document, reading);
  const added = [...types]
    .filter(([name]) => !isFederationsOwn(name))
    .flatMap(([name, nodes]) => (contractType(name) ? extension : ownType)(reading, name, nodes))
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const sdl = print({ kind: Kind.DOCUMENT, definitions: added });
  checkSize(added, sdl, findings);
  if (added.length === 0 || findings.all.length > 0) {
    return { additions: null, findings: findings.all };
  }
  return { additions: { sdl, coordinates: coordinatesOf(added) }, findings: [] };
}

function parseText(text: string, findings: Findings): DocumentNode | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxTextBytes) {
    const advice = `The SDL has ${bytes} bytes, and may have ${maxTextBytes}.`;
    findings.add('TOO_LARGE', null, null, advice);
    return undefined;
  }
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    findings.add('SYNTAX', null, null, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** What is added to a type of the contract; nothing, where the owner only keeps it. */
function extension(reading: Reading, name: string, nodes: readonly TypeNode[]): DefinitionNode[] {
  const fields = checkContractType(reading, name, nodes);
  if (fields.length === 0) return [];
  return [{ kind: Kind.OBJECT_TYPE_EXTENSION, name: { kind: Kind.NAME, value: name }, fields }];
}

function checkRoots(document: DocumentNode, { types, findings }: Reading): void {
  const advice = 'The net has none: leave it out, and put what happens into the event feed.';
  const [subscription] = types.get('Subscription') ?? [];
  if (subscription) findings.add('SUBSCRIPTION', 'Subscription', subscription, advice);
  for (const root of rootsOf(document)) {
    if (
      root.operation === OperationTypeNode.SUBSCRIPTION &&
      root.type.name.value !== 'Subscription'
    ) {
      findings.add('SUBSCRIPTION', root.type.name.value, root, advice);
    }
  }
  types.delete('Subscription');
}

function checkSize(added: readonly DefinitionNode[], sdl: string, findings: Findings): void {
  const size = { ...sizeOf(added), bytes: Buffer.byteLength(sdl) };
  for (const unit of ['types', 'members', 'bytes'] as const) {
    if (size[unit] <= additionLimits[unit]) continue;
    const advice = `There are ${size[unit]} ${unit}, and may be ${additionLimits[unit]}.`;
    findings.add('TOO_LARGE', null, null, advice);
  }
}

function coordinatesOf(added: readonly DefinitionNode[]): readonly string[] {
  return added.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_EXTENSION
      ? (node.fields ?? []).map((field) => `${node.name.value}.${field.name.value}`)
      : [nameOf(node)],
  );
}

function nameOf(node: DefinitionNode): string {
  return 'name' in node ? (node.name?.value ?? '') : '';
}
