/** Types that an owner defines: all its names begin with its prefix, and none is a part of the contract's. */
import {
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { contractType, isContractEntity } from './contract-part.ts';
import { ownDirectives, textArgument } from './directives.ts';
import { ownField, ownInput } from './own-fields.ts';
import { checkPrefix, checkReserved, type Reading, type TypeNode } from './reading.ts';

/** One type, from all that the document says of it. */
export function ownType(
  reading: Reading,
  typeName: string,
  nodes: readonly TypeNode[],
): DefinitionNode[] {
  const { findings, names } = reading;
  const [first] = nodes;
  if (!first) return [];
  checkPrefix(reading, 'type', typeName, typeName, first);
  const definition = mergeOf(nodes, first);
  const directives = ownDirectives(definition, typeName, names, findings);
  switch (definition.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return [{ ...definition, directives }];
    case Kind.ENUM_TYPE_DEFINITION: {
      const values = (definition.values ?? []).map((value) => {
        const coordinate = `${typeName}.${value.name.value}`;
        checkReserved(findings, value.name.value, coordinate, value);
        return { ...value, directives: ownDirectives(value, coordinate, names, findings) };
      });
      return [{ ...definition, directives, values }];
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const fields = (definition.fields ?? []).map((field) =>
        ownInput(reading, `${typeName}.${field.name.value}`, field),
      );
      return [{ ...definition, directives, fields }];
    }
    case Kind.UNION_TYPE_DEFINITION:
      for (const member of definition.types ?? [])
        checkMember(reading, typeName, member.name.value);
      return [{ ...definition, directives }];
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_DEFINITION: {
      for (const { name } of definition.interfaces ?? []) {
        checkInterface(reading, typeName, name.value, first);
      }
      const fields = (definition.fields ?? []).map((field) => ownField(reading, typeName, field));
      checkKeys(reading, typeName, first, fields, directives);
      return [{ ...definition, directives, fields }];
    }
  }
}

/** Extensions of an owner's own type are its own text in several places. */
function mergeOf(nodes: readonly TypeNode[], first: TypeNode): TypeDefinitionNode {
  const described = nodes.find((node) => 'description' in node && node.description);
  const common = {
    name: first.name,
    directives: nodes.flatMap((node) => node.directives ?? []),
    ...(described && 'description' in described && { description: described.description }),
  };
  const interfaces = nodes.flatMap((node) => ('interfaces' in node ? (node.interfaces ?? []) : []));
  const members = nodes.flatMap(
    (node): readonly (FieldDefinitionNode | InputValueDefinitionNode)[] =>
      'fields' in node ? (node.fields ?? []) : [],
  );
  const fields = members.filter((member) => member.kind === Kind.FIELD_DEFINITION);
  switch (first.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
      return { kind: Kind.OBJECT_TYPE_DEFINITION, ...common, interfaces, fields };
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION:
      return { kind: Kind.INTERFACE_TYPE_DEFINITION, ...common, interfaces, fields };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION: {
      const inputs = members.filter((member) => member.kind === Kind.INPUT_VALUE_DEFINITION);
      return { kind: Kind.INPUT_OBJECT_TYPE_DEFINITION, ...common, fields: inputs };
    }
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION: {
      const values = nodes.flatMap((node) => ('values' in node ? (node.values ?? []) : []));
      return { kind: Kind.ENUM_TYPE_DEFINITION, ...common, values };
    }
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.UNION_TYPE_EXTENSION: {
      const types = nodes.flatMap((node) => ('types' in node ? (node.types ?? []) : []));
      return { kind: Kind.UNION_TYPE_DEFINITION, ...common, types };
    }
    case Kind.SCALAR_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_EXTENSION:
      return { kind: Kind.SCALAR_TYPE_DEFINITION, ...common };
  }
}

function checkMember({ findings, types }: Reading, union: string, member: string): void {
  const [node = null] = types.get(union) ?? [];
  const coordinate = `${union}.${member}`;
  if (contractType(member)) {
    const isRecord = isContractEntity(member);
    const advice = 'A union of your own has types of your own only.';
    findings.add(isRecord ? 'RECORD_RETURNED' : 'CONTRACT_TYPE', coordinate, node, advice);
  } else if (!types.has(member)) {
    findings.add('UNKNOWN_TYPE', coordinate, node, `Define ${member}.`);
  }
}

function checkInterface(
  { findings, types }: Reading,
  typeName: string,
  name: string,
  node: TypeNode,
): void {
  if (contractType(name)) {
    const advice = `Leave ${name} out of ${typeName}'s interfaces.`;
    findings.add('INTERFACE', typeName, node, advice);
  } else if (!types.has(name)) {
    findings.add('UNKNOWN_TYPE', typeName, node, `Define ${name}.`);
  }
}

/** A type that is found by its id has this one key; the id tells the gateway whose it is. */
function checkKeys(
  { findings }: Reading,
  typeName: string,
  node: TypeNode,
  fields: readonly FieldDefinitionNode[],
  directives: readonly ConstDirectiveNode[],
): void {
  const keys = directives.filter(({ name }) => name.value === 'key');
  if (keys.length === 0) return;
  const [key] = keys;
  const id = fields.find(({ name }) => name.value === 'id');
  const isId =
    id?.type.kind === Kind.NON_NULL_TYPE &&
    id.type.type.kind === Kind.NAMED_TYPE &&
    id.type.type.name.value === 'ID' &&
    !id.arguments?.length;
  const isPlain = key?.arguments?.length === 1 && textArgument(key, 'fields') === 'id';
  if (keys.length === 1 && isId && isPlain) return;
  findings.add('KEY', typeName, node, 'Write @key(fields: "id") once, and `id: ID!`.');
}
