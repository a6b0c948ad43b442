/**
 * Versions of types: in the SDL of each version every type is reached by something, and everything leads to
 * a type that is there. So a type that only later elements lead to is itself `@since`, and what leads to a
 * later type is as late.
 */
import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isIntrospectionType,
  type ASTNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { contractVersions, type ContractVersion } from '../modules.ts';
import { isAfter, isContractVersion } from '../since.ts';
import type { LintRule } from './rule.ts';
import { sinceText } from './since.ts';

export const sinceTypes: LintRule = {
  name: 'since-types',
  *check(schema) {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => !isScalarType(type) && !isIntrospectionType(type),
    );
    for (const type of types) {
      for (const { coordinate, node, leadsTo } of members(type)) {
        const version = later(versionOf(node), versionOf(type.astNode));
        for (const target of leadsTo) {
          const wanted = versionOf(target.astNode);
          if (!isAfter(wanted, version)) continue;
          yield {
            coordinate,
            message: `${coordinate} leads to ${target.name}, which came with ${wanted}: add @since(version: "${wanted}").`,
          };
        }
        const own = sinceText(node);
        if (own === undefined || sinceText(type.astNode) !== own) continue;
        yield {
          coordinate,
          message: `${coordinate} came with its type, ${type.name}: leave out its @since.`,
        };
      }
    }
    for (const version of contractVersions) {
      const reached = reachedAt(schema, version);
      for (const type of types) {
        if (reached.has(type) || isAfter(versionOf(type.astNode), version)) continue;
        if (ofDirectives(schema).has(type)) continue;
        yield {
          coordinate: type.name,
          message: `${type.name} is there from ${version} on, and nothing of ${version} leads to it: add @since.`,
        };
      }
    }
  },
};

interface Member {
  readonly coordinate: string;
  readonly node: ASTNode | null | undefined;
  readonly leadsTo: readonly GraphQLNamedType[];
}

/** Fields, arguments and input fields of a type, each with the types that it leads to. */
function* members(type: GraphQLNamedType): Iterable<Member> {
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const leadsTo = [getNamedType(field.type)];
      yield { coordinate, node: field.astNode, leadsTo };
      for (const argument of field.args) {
        yield {
          coordinate: `${coordinate}(${argument.name}:)`,
          // An argument is as late as its field, if it does not say that it is later.
          node: sinceText(argument.astNode) === undefined ? field.astNode : argument.astNode,
          leadsTo: [getNamedType(argument.type)],
        };
      }
    }
  } else if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      yield {
        coordinate: `${type.name}.${field.name}`,
        node: field.astNode,
        leadsTo: [getNamedType(field.type)],
      };
    }
  }
}

/** What can be reached from the roots and the entities by elements that a version has. */
function reachedAt(schema: GraphQLSchema, version: ContractVersion): ReadonlySet<GraphQLNamedType> {
  const reached = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType): void => {
    if (reached.has(type) || isAfter(versionOf(type.astNode), version)) return;
    reached.add(type);
    if (isInterfaceType(type)) for (const each of schema.getPossibleTypes(type)) visit(each);
    if (isObjectType(type)) for (const each of type.getInterfaces()) visit(each);
    for (const { node, leadsTo } of members(type)) {
      if (!isAfter(versionOf(node), version)) for (const target of leadsTo) visit(target);
    }
  };
  for (const type of Object.values(schema.getTypeMap())) if (roots.has(type.name)) visit(type);
  return reached;
}

/** The roots, and the entities that the net reaches by their code alone. */
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Platform', 'Division']);

/** Types that only the net's directives use. */
function ofDirectives(schema: GraphQLSchema): ReadonlySet<GraphQLNamedType> {
  return new Set(
    schema.getDirectives().flatMap(({ args }) => args.map(({ type }) => getNamedType(type))),
  );
}

function versionOf(node: ASTNode | null | undefined): ContractVersion {
  const text = sinceText(node);
  return isContractVersion(text) ? text : contractVersions[0];
}

function later(a: ContractVersion, b: ContractVersion): ContractVersion {
  return isAfter(a, b) ? a : b;
}
