/** What an owner's SDL says of the contract's types: fields of its own on records and roots pass, nothing else. */
import {
  Kind,
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLNamedType,
  type OperationTypeDefinitionNode,
} from 'graphql';
import {
  contractHas,
  contractType,
  federationsFields,
  isContractEntity,
  rootTypes,
} from './contract-part.ts';
import { refusalOf, textArgument } from './directives.ts';
import { ownField } from './own-fields.ts';
import { checkPrefix, type Reading, type TypeNode } from './reading.ts';

/** The fields that are added to a type of the contract, checked. */
export function checkContractType(
  reading: Reading,
  typeName: string,
  nodes: readonly TypeNode[],
): FieldDefinitionNode[] {
  const type = contractType(typeName);
  if (!type) return [];
  const { findings } = reading;
  const added: FieldDefinitionNode[] = [];
  for (const node of nodes) {
    checkDirectives(reading, type, typeName, node);
    if ('interfaces' in node) {
      for (const { name } of node.interfaces ?? []) {
        if (contractType(name.value)) continue;
        const advice = `Leave ${name.value} out of ${typeName}'s interfaces.`;
        findings.add('INTERFACE', typeName, node, advice);
      }
    }
    if ('types' in node) {
      for (const member of node.types ?? []) {
        if (contractType(member.name.value)) continue;
        const coordinate = `${typeName}.${member.name.value}`;
        findings.add('UNION_MEMBER', coordinate, member, 'Define a union of your own types.');
      }
    }
    if ('values' in node) {
      for (const value of node.values ?? []) {
        const coordinate = `${typeName}.${value.name.value}`;
        checkDirectives(reading, type, coordinate, value);
        if (contractHas(type, value.name.value)) continue;
        findings.add('ENUM_VALUE', coordinate, value, 'Define an enum of your own.');
      }
    }
    if (!('fields' in node)) continue;
    for (const field of node.fields ?? []) {
      const coordinate = `${typeName}.${field.name.value}`;
      if (typeName === 'Query' && federationsFields.has(field.name.value)) continue;
      if (field.kind === Kind.FIELD_DEFINITION && !contractHas(type, field.name.value)) {
        added.push(...addedField(reading, typeName, field));
        continue;
      }
      checkDirectives(reading, type, coordinate, field);
      if (field.kind === Kind.FIELD_DEFINITION) checkArguments(reading, type, field);
      else if (!contractHas(type, field.name.value)) {
        findings.add('INPUT_FIELD', coordinate, field, 'Define an input of your own.');
      }
    }
  }
  return added.toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1));
}

/** How a document names its root types. */
export function rootsOf({ definitions }: DocumentNode): readonly OperationTypeDefinitionNode[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? (node.operationTypes ?? [])
      : [],
  );
}

function addedField(
  reading: Reading,
  typeName: string,
  field: FieldDefinitionNode,
): FieldDefinitionNode[] {
  const coordinate = `${typeName}.${field.name.value}`;
  const before = reading.findings.all.length;
  checkPrefix(reading, 'field', field.name.value, coordinate, field);
  if (reading.findings.all.length > before) {
    // A name that is not the owner's says nothing of what it meant: only who it harms matters.
    checkRefused(reading, coordinate, field);
    return [];
  }
  if (!rootTypes.has(typeName) && !isContractEntity(typeName)) {
    const advice = 'Put it on the record itself, or on a type of your own.';
    reading.findings.add('NOT_AN_ENTITY', coordinate, field, advice);
    return [];
  }
  return [ownField(reading, typeName, field)];
}

/** Arguments that the contract's field does not have. */
function checkArguments(
  reading: Reading,
  type: GraphQLNamedType,
  field: FieldDefinitionNode,
): void {
  if (!('getFields' in type)) return;
  const known = type.getFields()[field.name.value];
  const names = new Set(known && 'args' in known ? known.args.map(({ name }) => name) : []);
  for (const argument of field.arguments ?? []) {
    const coordinate = `${type.name}.${field.name.value}(${argument.name.value}:)`;
    checkRefused(reading, coordinate, argument);
    if (names.has(argument.name.value)) continue;
    reading.findings.add('ARGUMENT', coordinate, argument, 'Define a field of your own.');
  }
}

type WithDirectives = ASTNode & {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
};

/** Directives on what is the contract's: none that reaches beyond the owner, and its own keys only. */
function checkDirectives(
  reading: Reading,
  type: GraphQLNamedType,
  coordinate: string,
  node: WithDirectives,
): void {
  const { names, findings } = reading;
  checkRefused(reading, coordinate, node);
  const known = type.astNode?.directives ?? [];
  for (const directive of node.directives ?? []) {
    const name = names.of(directive);
    if (name === 'shareable' && !known.some((own) => own.name.value === name)) {
      findings.add('SHAREABLE', coordinate, directive, 'Leave @shareable out.');
    }
    if (name !== 'key') continue;
    const fields = textArgument(directive, 'fields')?.trim();
    const keys = known.filter((own) => own.name.value === name);
    if (keys.some((own) => textArgument(own, 'fields') === fields)) continue;
    findings.add('KEY', coordinate, directive, `${type.name} has no key "${fields ?? ''}".`);
  }
}

function checkRefused({ names, findings }: Reading, coordinate: string, node: WithDirectives) {
  for (const directive of node.directives ?? []) {
    const name = names.of(directive);
    const code = refusalOf(name);
    if (code) findings.add(code, coordinate, directive, `Leave @${name} out.`);
  }
}
