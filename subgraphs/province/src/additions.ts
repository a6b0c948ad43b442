/** The subgraph `additions`: what owners offer beyond the contract, all of it in one. */
import { keyField, municipalSdl, references, type Reference } from '@onenet/contract';
import {
  Kind,
  buildASTSchema,
  parse,
  print,
  visit,
  type DefinitionNode,
  type FieldDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';

/** What one owner adds, as `readAdditions` gives it. */
export interface PlatformAdditions {
  readonly code: string;
  readonly sdl: string;
}

/** All owners' additions as definitions; the same set in any order is the same. */
export interface MergedAdditions {
  /** Federation SDL of the subgraph. */
  readonly sdl: string;
  /** What its ids lead to: `links` follows them. */
  readonly references: readonly Reference[];
}

const header = `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@shareable", "@tag", "@authenticated", "@requiresScopes", "@policy"]
    )
`;

/** Merges; null when there are none. What two owners both define is an error that names both. */
export function mergeAdditions(owners: readonly PlatformAdditions[]): MergedAdditions | null {
  const types = new Map<string, Owned<DefinitionNode>>();
  const fields = new Map<string, Map<string, Owned<FieldDefinitionNode>>>();
  for (const { code, sdl } of owners.toSorted((a, b) => compare(a.code, b.code))) {
    for (const node of parse(sdl, { noLocation: true }).definitions) {
      if (node.kind === Kind.OBJECT_TYPE_EXTENSION) {
        const name = node.name.value;
        const known = fields.get(name) ?? new Map<string, Owned<FieldDefinitionNode>>();
        fields.set(name, known);
        for (const field of node.fields ?? [])
          put(known, field.name.value, code, field, `${name}.`);
      } else if ('name' in node && node.name) put(types, node.name.value, code, node, '');
    }
  }
  if (types.size === 0 && fields.size === 0) return null;
  const own = [...types].toSorted(byName).map(([, { node }]) => node);
  const extended = [...fields].toSorted(byName).map(([name, members]) =>
    stubOf(
      name,
      [...members].toSorted(byName).map(([, { node }]) => node),
    ),
  );
  const definitions = [...own, ...extended];
  const text = print({
    kind: Kind.DOCUMENT,
    definitions: [...shared(definitions), ...definitions],
  });
  return { sdl: `${header}\n${withoutReference(text)}`, references: referencesIn(text) };
}

interface Owned<Node> {
  readonly code: string;
  readonly node: Node;
}

function put<Node>(
  known: Map<string, Owned<Node>>,
  name: string,
  code: string,
  node: Node,
  within: string,
): void {
  const other = known.get(name);
  if (other) {
    throw new Error(
      `The additions do not compose:\n  NAME_CLASH: ${within}${name} of ${code} is ${other.code}'s already.`,
    );
  }
  known.set(name, { code, node });
}

/** A record of the contract with its key and what is added to it; or a root type. */
function stubOf(name: string, fields: readonly FieldDefinitionNode[]): DefinitionNode {
  if (name === 'Query' || name === 'Mutation') {
    return { kind: Kind.OBJECT_TYPE_DEFINITION, name: { kind: Kind.NAME, value: name }, fields };
  }
  const key = keyField(name);
  const [stub] = parse(`extend type ${name} @key(fields: "${key}") { ${key}: ID! }`, {
    noLocation: true,
  }).definitions as readonly ObjectTypeExtensionNode[];
  if (!stub) throw new Error(`${name} has no stub.`);
  return {
    ...stub,
    kind: Kind.OBJECT_TYPE_DEFINITION,
    fields: [...(stub.fields ?? []), ...fields],
  };
}

/** The contract's leaves that additions use, and the one type of pages. */
function shared(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  const used = new Set<string>();
  for (const definition of definitions) {
    visit(definition, { NamedType: ({ name }) => void used.add(name.value) });
  }
  return contractTypes().filter((type) => 'name' in type && used.has(type.name?.value ?? ''));
}

let cached: readonly DefinitionNode[] | undefined;

function contractTypes(): readonly DefinitionNode[] {
  cached ??= parse(municipalSdl(), { noLocation: true }).definitions.filter(
    ({ kind }) =>
      kind === Kind.SCALAR_TYPE_DEFINITION ||
      kind === Kind.ENUM_TYPE_DEFINITION ||
      kind === Kind.OBJECT_TYPE_DEFINITION,
  );
  return cached.filter(
    (type) => type.kind !== Kind.OBJECT_TYPE_DEFINITION || type.name.value === 'PageInfo',
  );
}

function referencesIn(text: string): readonly Reference[] {
  const directive = 'directive @reference(type: String!, as: String!) on FIELD_DEFINITION';
  return references(buildASTSchema(parse(`${directive}\n${text}`), { assumeValid: true }));
}

function withoutReference(text: string): string {
  return print(
    visit(parse(text, { noLocation: true }), {
      Directive: ({ name }) => (name.value === 'reference' ? null : undefined),
    }),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
