/** The contract as one GraphQL schema, with the net's own directives. */
import {
  Kind,
  buildASTSchema,
  parse,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type TypeDefinitionNode,
} from 'graphql';
import { contractModules, moduleText, type ModuleName } from './modules.ts';

/** The federation directives that the contract uses, as far as its text needs them. */
export const federationDirectives = parse(`
  directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
  directive @shareable on OBJECT | FIELD_DEFINITION
  directive @tag(name: String!) repeatable on OBJECT | FIELD_DEFINITION | ENUM | INPUT_OBJECT
  directive @authenticated on OBJECT | FIELD_DEFINITION | ENUM | SCALAR
  directive @requiresScopes(scopes: [[String!]!]!) on OBJECT | FIELD_DEFINITION | ENUM | SCALAR
  directive @policy(policies: [[String!]!]!) on OBJECT | FIELD_DEFINITION | ENUM | SCALAR
`).definitions;

let cached: GraphQLSchema | undefined;

/** The whole contract, with the directives that only the net reads. Built once. */
export function contractSchema(): GraphQLSchema {
  cached ??= buildASTSchema({
    kind: Kind.DOCUMENT,
    definitions: [...federationDirectives, ...contractDefinitions()],
  });
  return cached;
}

const documents = new Map<ModuleName, DocumentNode>();

/** A module's text, parsed. */
export function moduleDocument(name: ModuleName): DocumentNode {
  const document = documents.get(name) ?? parse(moduleText(name), { noLocation: true });
  documents.set(name, document);
  return document;
}

/** The definitions of these modules (all by default); each type once, with its extensions in it. */
export function contractDefinitions(
  modules: readonly ModuleName[] = contractModules.map((module) => module.name),
): readonly DefinitionNode[] {
  const types = new Map<string, TypeDefinitionNode>();
  const others: DefinitionNode[] = [];
  for (const definition of modules.flatMap((name) => moduleDocument(name).definitions)) {
    if (definition.kind === Kind.OBJECT_TYPE_EXTENSION) {
      const extended = types.get(definition.name.value);
      if (extended?.kind !== Kind.OBJECT_TYPE_DEFINITION) {
        throw new Error(`The contract extends ${definition.name.value}, which it does not define.`);
      }
      types.set(definition.name.value, {
        ...extended,
        fields: [...(extended.fields ?? []), ...(definition.fields ?? [])],
      });
    } else if (isTypeDefinition(definition)) {
      types.set(definition.name.value, definition);
    } else {
      others.push(definition);
    }
  }
  return [...others, ...types.values()];
}

/** Whether a definition defines a type. */
export function isTypeDefinition(definition: DefinitionNode): definition is TypeDefinitionNode {
  return definition.kind.endsWith('TypeDefinition');
}
