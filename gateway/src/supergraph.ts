/** Reads a composed supergraph: who may see what, and the text that the stock gateway loads. */
import {
  Kind,
  buildASTSchema,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
} from 'graphql';
import { costRules, type CostRules } from './limits/cost-rules.ts';
import { restrictionsOf, type Restrictions } from './restrictions.ts';

/** A supergraph, read. */
export interface Supergraph {
  /** Without the security features, which the stock gateway refuses to load: step `scopes` enforces them. */
  readonly sdl: string;
  readonly restrictions: Restrictions;
  readonly costs: CostRules;
  /** As it was composed. */
  readonly document: DocumentNode;
}

/** Reads the composed SDL's security directives, and takes them out. */
export function readSupergraph(composedSdl: string): Supergraph {
  const document = parse(composedSdl, { noLocation: true });
  const schema = buildASTSchema(document, { assumeValid: true });
  const read = { restrictions: restrictionsOf(schema, document), costs: costRules(schema) };
  return { sdl: print(withoutSecurity(document)), ...read, document };
}

function withoutSecurity(document: DocumentNode): DocumentNode {
  const features = securityFeatures(document);
  const ofFeature = (name: string): boolean =>
    features.has(name) || features.has(name.split('__', 1)[0] ?? name);
  const remove = (node: { readonly name: { readonly value: string } }): null | undefined =>
    ofFeature(node.name.value) ? null : undefined;
  return visit(document, {
    Directive: (node) => (isSecurityLink(node) ? null : remove(node)),
    DirectiveDefinition: remove,
    ScalarTypeDefinition: remove,
  });
}

/** Names of the features that are linked `for: SECURITY`, as their URLs and `as` say. */
function securityFeatures(document: DocumentNode): ReadonlySet<string> {
  const links = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(isSecurityLink)
      : [],
  );
  return new Set(
    links.map((link) => argument(link, 'as') ?? argument(link, 'url')?.split('/').at(-2) ?? ''),
  );
}

function isSecurityLink(directive: ConstDirectiveNode | DirectiveNode): boolean {
  return directive.name.value === 'link' && argument(directive, 'for') === 'SECURITY';
}

function argument(directive: ConstDirectiveNode | DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((given) => given.name.value === name)?.value;
  return value && 'value' in value ? String(value.value) : undefined;
}
