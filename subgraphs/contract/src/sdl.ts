/** What is derived from the contract's text: the SDL that is composed, and the SDL that a platform offers. */
import {
  Kind,
  parse,
  print,
  specifiedScalarTypes,
  visit,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type TypeNode,
} from 'graphql';
import {
  contractModules,
  contractVersion,
  type ContractVersion,
  type ModuleName,
} from './modules.ts';
import { withCosts } from './costs.ts';
import { withoutUnreachable } from './reachable.ts';
import { contractDefinitions, isTypeDefinition } from './schema.ts';
import { isAfter, sinceOf } from './since.ts';

const platformImports = ['@key', '@shareable', '@tag', '@requiresScopes'];
const municipalImports = [...platformImports, '@cost', '@listSize'];

/** Directives that only the net reads. */
const netDirectives = new Set([
  'route',
  'gather',
  'order',
  'reference',
  'net',
  'actors',
  'step',
  'since',
  'share',
]);

/** Types that only those directives use. */
const netDirectiveTypes = new Set(['OrderKey', 'ShareAttribute']);

/** The contract as the subgraph `municipal`, for composition: with the fields that the net fills. */
export function municipalSdl(): string {
  const definitions = withoutNetDirectives(contractDefinitions()).map(withCosts);
  return print(linked(definitions, municipalImports));
}

/**
 * What a platform with these modules offers: no field or type that the net fills,
 * no field whose type belongs to a module that it leaves out, nothing that came after `version`, and no
 * type that only those led to.
 */
export function platformSdl(
  modules: readonly ModuleName[],
  version: ContractVersion = contractVersion,
): string {
  const { definitions } = platformDocument(modules, version);
  return definitions.map(printed).join('\n\n');
}

/** The same, not printed. */
export function platformDocument(
  modules: readonly ModuleName[],
  version: ContractVersion,
): DocumentNode {
  const offered = contractModules
    .filter((module) => !module.optional || modules.includes(module.name))
    .map((module) => module.name);
  const definitions = contractDefinitions(offered).map(offeredAt(version)).filter(isKept);
  const known = new Set([
    ...specifiedScalarTypes.map((type) => type.name),
    ...definitions.filter(isTypeDefinition).map((type) => type.name.value),
  ]);
  const used = withoutUnreachable(definitions.map((type) => withoutUnknownTypes(type, known)));
  return linked(withoutNetDirectives(used), platformImports);
}

/** Most definitions are the same for every choice of modules: what is derived from one alone is derived once. */
function onceEach<Derived>(
  derive: (definition: DefinitionNode) => Derived,
): (definition: DefinitionNode) => Derived {
  const derived = new WeakMap<DefinitionNode, Derived>();
  return (definition) => {
    if (!derived.has(definition)) derived.set(definition, derive(definition));
    return derived.get(definition) as Derived;
  };
}

const printed = onceEach(print);

const offeredAtVersion = new Map<ContractVersion, ReturnType<typeof offeredAt>>();

/** What a platform of this version offers of a definition; null: nothing. */
function offeredAt(
  version: ContractVersion,
): (definition: DefinitionNode) => DefinitionNode | null {
  const offered =
    offeredAtVersion.get(version) ??
    onceEach((definition) =>
      isAfter(sinceOf(definition), version)
        ? null
        : withoutNetFields(withoutLater(definition, version)),
    );
  offeredAtVersion.set(version, offered);
  return offered;
}

function linked(definitions: readonly DefinitionNode[], imports: readonly string[]): DocumentNode {
  const link = parse(`
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})
  `);
  return { kind: Kind.DOCUMENT, definitions: [...link.definitions, ...definitions] };
}

function withoutNetDirectives(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  return definitions
    .filter(
      (definition) =>
        definition.kind !== Kind.DIRECTIVE_DEFINITION &&
        !(isTypeDefinition(definition) && netDirectiveTypes.has(definition.name.value)),
    )
    .map(withoutItsNetDirectives);
}

const withoutItsNetDirectives = onceEach((definition) =>
  visit(definition, {
    Directive: (directive) => (netDirectives.has(directive.name.value) ? null : undefined),
  }),
);

const isKept = (definition: DefinitionNode | null): definition is DefinitionNode =>
  definition !== null;

function withoutLater(definition: DefinitionNode, version: ContractVersion): DefinitionNode {
  const kept = (node: ASTNode): null | undefined =>
    isAfter(sinceOf(node), version) ? null : undefined;
  return visit(definition, {
    FieldDefinition: kept,
    InputValueDefinition: kept,
    EnumValueDefinition: kept,
  });
}

function withoutNetFields(definition: DefinitionNode): DefinitionNode | null {
  if (isTypeDefinition(definition) && hasNet(definition)) return null;
  return visit(definition, { FieldDefinition: (field) => (hasNet(field) ? null : undefined) });
}

function hasNet(node: ASTNode): boolean {
  return (
    'directives' in node &&
    (node.directives ?? []).some((directive) => directive.name.value === 'net')
  );
}

function withoutUnknownTypes(
  definition: DefinitionNode,
  known: ReadonlySet<string>,
): DefinitionNode {
  const fits = (field: FieldDefinitionNode): boolean =>
    [field.type, ...(field.arguments ?? []).map((argument) => argument.type)].every((type) =>
      known.has(namedType(type)),
    );
  return visit(definition, { FieldDefinition: (field) => (fits(field) ? undefined : null) });
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
