/** Fields that an owner defines: on its own types, and on the contract's. */
import {
  Kind,
  specifiedScalarTypes,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeNode as TypeReferenceNode,
} from 'graphql';
import { accessDirectives } from '../access.ts';
import {
  contractHas,
  contractType,
  isContractEntity,
  isShared,
  rootTypes,
} from './contract-part.ts';
import { ownDirectives, textArgument } from './directives.ts';
import { checkPrefix, checkReserved, namedType, type Reading } from './reading.ts';

const graphqlsOwn: ReadonlySet<string> = new Set(specifiedScalarTypes.map(({ name }) => name));

/** Checks a field, and gives it with its directives under their own names. */
export function ownField(
  reading: Reading,
  typeName: string,
  field: FieldDefinitionNode,
): FieldDefinitionNode {
  const { findings, names } = reading;
  const coordinate = `${typeName}.${field.name.value}`;
  const ofContract = contractType(typeName) !== undefined;
  checkReserved(findings, field.name.value, coordinate, field);
  checkOutput(reading, field.type, coordinate);
  const args = (field.arguments ?? []).map((argument) =>
    ownInput(reading, `${coordinate}(${argument.name.value}:)`, argument),
  );
  if (typeName === 'Mutation') checkIdempotencyKey(reading, field);
  const directives = ownDirectives(field, coordinate, names, findings);
  checkAccess(reading, coordinate, field, directives);
  if (ofContract && field.type.kind === Kind.NON_NULL_TYPE) {
    const advice = 'Make it nullable: where it is missing, the whole record would be.';
    findings.add('NON_NULL', coordinate, field, advice);
  }
  for (const reference of directives.filter(({ name }) => name.value === 'reference')) {
    checkReference(reading, typeName, field, reference);
  }
  return { ...field, arguments: args, directives };
}

/** Checks an argument or an input's field. */
export function ownInput(
  reading: Reading,
  coordinate: string,
  input: InputValueDefinitionNode,
): InputValueDefinitionNode {
  const { findings, names, types } = reading;
  checkReserved(findings, input.name.value, coordinate, input);
  const typeName = namedType(input.type);
  const shared = isShared(typeName) && typeName !== 'PageInfo';
  if (!graphqlsOwn.has(typeName) && !shared) {
    if (contractType(typeName)) {
      const advice = `Define an input of your own instead of ${typeName}.`;
      findings.add('CONTRACT_TYPE', coordinate, input, advice);
    } else if (!types.has(typeName)) {
      findings.add('UNKNOWN_TYPE', coordinate, input, `Define ${typeName}.`);
    }
  }
  return { ...input, directives: ownDirectives(input, coordinate, names, findings) };
}

/** Whether a type of the document is one of the owner's with a key. */
export function isOwnEntity({ types, names }: Reading, typeName: string): boolean {
  return (
    contractType(typeName) === undefined &&
    (types.get(typeName) ?? []).some((node) =>
      (node.directives ?? []).some((directive) => names.of(directive) === 'key'),
    )
  );
}

function checkOutput({ findings, types }: Reading, type: TypeReferenceNode, at: string): void {
  const typeName = namedType(type);
  if (graphqlsOwn.has(typeName) || isShared(typeName)) return;
  if (contractType(typeName)) {
    const isRecord = isContractEntity(typeName) || typeName === 'Record';
    const advice = isRecord
      ? `Give its id: \`${typeName === 'Record' ? 'organization' : typeName.toLowerCase()}Id: ID @reference(type: "${typeName}", as: "…")\`.`
      : `Define a type of your own instead of ${typeName}.`;
    findings.add(isRecord ? 'RECORD_RETURNED' : 'CONTRACT_TYPE', at, type, advice);
  } else if (!types.has(typeName)) {
    findings.add('UNKNOWN_TYPE', at, type, `Define ${typeName}.`);
  }
}

/** What may be withheld from a caller is null there, and so nullable; what is personal may be withheld. */
function checkAccess(
  { findings, types, names }: Reading,
  coordinate: string,
  field: FieldDefinitionNode,
  directives: readonly ConstDirectiveNode[],
): void {
  const has = (name: string): boolean => directives.some((applied) => applied.name.value === name);
  const typeIsRestricted = (types.get(namedType(field.type)) ?? [])
    .flatMap((node) => node.directives ?? [])
    .some((directive) => accessDirectives.has(names.of(directive)));
  const restricted = typeIsRestricted || [...accessDirectives].some(has);
  if (restricted && field.type.kind === Kind.NON_NULL_TYPE) {
    findings.add('NON_NULL', coordinate, field, 'Make it nullable: who lacks the scope gets null.');
  }
  const personal = directives.some(
    (applied) => applied.name.value === 'tag' && textArgument(applied, 'name') === 'personal',
  );
  if (personal && !has('requiresScopes')) {
    const advice = 'Add @requiresScopes, and a masked form beside it if most callers need one.';
    findings.add('PERSONAL', coordinate, field, advice);
  }
}

/** As in the contract: `input.idempotencyKey`. */
function checkIdempotencyKey({ types, findings }: Reading, field: FieldDefinitionNode): void {
  const input = field.arguments?.find(({ name }) => name.value === 'input');
  const hasKey = (types.get(input ? namedType(input.type) : '') ?? []).some(
    (node) =>
      'fields' in node &&
      (node.fields ?? []).some(
        ({ name, type }) =>
          name.value === 'idempotencyKey' &&
          type.kind === Kind.NON_NULL_TYPE &&
          namedType(type) === 'ID',
      ),
  );
  if (hasKey && input?.type.kind === Kind.NON_NULL_TYPE) return;
  const advice = 'Give it one argument `input!` of a type of your own with `idempotencyKey: ID!`.';
  findings.add('IDEMPOTENCY_KEY', `Mutation.${field.name.value}`, field, advice);
}

/** `@reference(type:, as:)` stands on an id of a record, and leads to a record. */
function checkReference(
  reading: Reading,
  typeName: string,
  field: FieldDefinitionNode,
  reference: ConstDirectiveNode,
): void {
  const { findings, types } = reading;
  const coordinate = `${typeName}.${field.name.value}`;
  const refuse = (advice: string): void => findings.add('REFERENCE', coordinate, reference, advice);
  const type = textArgument(reference, 'type') ?? '';
  const as = textArgument(reference, 'as') ?? '';
  const id = field.type.kind === Kind.NON_NULL_TYPE ? field.type.type : field.type;
  if (id.kind !== Kind.NAMED_TYPE || id.name.value !== 'ID' || field.arguments?.length) {
    refuse('It stands on one id: a field of type ID without arguments.');
  }
  if (rootTypes.has(typeName) || !(isContractEntity(typeName) || isOwnEntity(reading, typeName))) {
    refuse(`${typeName} has no key: give it \`id: ID!\` and @key(fields: "id").`);
  }
  if (!isContractEntity(type) && !isOwnEntity(reading, type)) {
    refuse(`"${type}" is no record: name a type of the contract that has a key, or your own.`);
  }
  if (!/^[A-Za-z]\w*$/.test(as)) {
    refuse(`"${as}" is no name for the field that follows the id.`);
    return;
  }
  const own = contractType(typeName);
  if (own) checkPrefix(reading, 'field', as, `${typeName}.${as}`, reference);
  else checkReserved(findings, as, `${typeName}.${as}`, reference);
  const isTaken = (types.get(typeName) ?? []).some(
    (node) => 'fields' in node && (node.fields ?? []).some(({ name }) => name.value === as),
  );
  if (isTaken || (own && contractHas(own, as))) refuse(`${typeName}.${as} is there already.`);
}
