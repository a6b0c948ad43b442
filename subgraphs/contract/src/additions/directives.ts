/** Which directives an addition may carry, by what they are called in Federation, whatever they were imported as. */
import {
  Kind,
  type ASTNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
} from 'graphql';
import type { AdditionRefusal, Findings } from './finding.ts';

/** Refused wherever they stand: they reach beyond the owner. */
const refused: ReadonlyMap<string, AdditionRefusal> = new Map([
  ['override', 'OVERRIDE'],
  ['external', 'EXTERNAL'],
  ['requires', 'REQUIRES'],
  ['provides', 'PROVIDES'],
  ['interfaceObject', 'INTERFACE_OBJECT'],
  ['inaccessible', 'INACCESSIBLE'],
  ['composeDirective', 'COMPOSE_DIRECTIVE'],
]);

const access = ['authenticated', 'requiresScopes', 'policy'];

/** What may stand on each kind of node of an addition. */
const allowed: Partial<Record<ASTNode['kind'], readonly string[]>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: ['key', 'tag', ...access],
  [Kind.INTERFACE_TYPE_DEFINITION]: ['tag'],
  [Kind.UNION_TYPE_DEFINITION]: ['tag'],
  [Kind.ENUM_TYPE_DEFINITION]: ['tag', ...access],
  [Kind.SCALAR_TYPE_DEFINITION]: ['tag', 'specifiedBy', ...access],
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: ['tag'],
  [Kind.FIELD_DEFINITION]: ['deprecated', 'tag', 'reference', ...access],
  [Kind.INPUT_VALUE_DEFINITION]: ['deprecated', 'tag'],
  [Kind.ENUM_VALUE_DEFINITION]: ['deprecated', 'tag'],
};

/** A document's directives under Federation's own names. */
export class DirectiveNames {
  /** By the name in the document. */
  readonly #imported = new Map<string, string>();
  readonly #namespaces = new Set(['federation']);

  constructor(document: DocumentNode, findings: Findings) {
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) {
        continue;
      }
      for (const directive of definition.directives ?? []) {
        if (directive.name.value === 'link') this.#link(directive, findings);
        const code = refused.get(directive.name.value);
        if (code) findings.add(code, null, directive, `Leave @${directive.name.value} out.`);
      }
    }
  }

  /** What a directive is called in Federation. */
  of({ name: { value } }: ConstDirectiveNode): string {
    const imported = this.#imported.get(value);
    if (imported !== undefined) return imported;
    const [namespace = '', ...rest] = value.split('__');
    return rest.length > 0 && this.#namespaces.has(namespace) ? rest.join('__') : value;
  }

  #link(directive: ConstDirectiveNode, findings: Findings): void {
    const argument = (name: string): ConstValueNode | undefined =>
      directive.arguments?.find((given) => given.name.value === name)?.value;
    const url = stringOf(argument('url')) ?? '';
    if (url.startsWith('https://specs.apollo.dev/link/v1.')) return;
    if (!url.startsWith('https://specs.apollo.dev/federation/v2.')) {
      findings.add('LINK', null, directive, `Leave @link(url: "${url.slice(0, 80)}") out.`);
      return;
    }
    const as = stringOf(argument('as'));
    if (as !== undefined) this.#namespaces.add(as);
    const imports = argument('import');
    for (const each of imports?.kind === Kind.LIST ? imports.values : []) {
      const name = stringOf(each) ?? memberOf(each, 'name');
      const alias = memberOf(each, 'as') ?? name;
      if (name?.startsWith('@') && alias) this.#imported.set(alias.slice(1), name.slice(1));
    }
  }
}

/** The refusal of a directive that may stand nowhere, neither in additions nor on the contract's own. */
export function refusalOf(name: string): AdditionRefusal | undefined {
  return refused.get(name);
}

/** The directives of an addition's node, under their own names; what is not allowed there is refused. */
export function ownDirectives(
  node: ASTNode & { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  coordinate: string,
  names: DirectiveNames,
  findings: Findings,
): readonly ConstDirectiveNode[] {
  return (node.directives ?? []).flatMap((directive) => {
    const name = names.of(directive);
    const code = refused.get(name);
    if (code) {
      findings.add(code, coordinate, directive, `Leave @${name} out.`);
      return [];
    }
    if (name === 'shareable') {
      findings.add('SHAREABLE', coordinate, directive, 'Leave @shareable out.');
      return [];
    }
    if (!allowed[node.kind]?.includes(name)) {
      findings.add('DIRECTIVE', coordinate, directive, `Leave @${directive.name.value} out.`);
      return [];
    }
    return [{ ...directive, name: { kind: Kind.NAME, value: name } as const }];
  });
}

/** The text of a directive's argument. */
export function textArgument(
  directive: ConstDirectiveNode | undefined,
  name: string,
): string | undefined {
  return stringOf(directive?.arguments?.find((given) => given.name.value === name)?.value);
}

function stringOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function memberOf(value: ConstValueNode, name: string): string | undefined {
  if (value.kind !== Kind.OBJECT) return undefined;
  return stringOf(value.fields.find((field) => field.name.value === name)?.value);
}
