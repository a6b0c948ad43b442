/** Types as tables: fields with their units and who may see them, input fields, enum values. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  print,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { accessRules } from '../access.ts';
import { needOf } from '../share.ts';
import { orderOf } from '../directives.ts';
import { blocks, code, table } from './markdown.ts';

/** One type: its description, and a row for each member. */
export function typeTable(type: GraphQLNamedType, schema: GraphQLSchema): string {
  const title = `#### ${kindOf(type)} ${code(type.name)}${since(type.astNode?.directives)}`;
  return blocks(title, type.description ?? '', membersOf(type, schema));
}

function membersOf(type: GraphQLNamedType, schema: GraphQLSchema): string {
  if (isEnumType(type)) {
    const rows = type.getValues().map(({ name, description, astNode }) => {
      const order = orderText(type.name, name);
      return [code(name), order, words(description), since(astNode?.directives)];
    });
    return table(['value', 'sorts by', 'meaning', 'since'], rows);
  }
  if (isInputObjectType(type)) {
    const rows = Object.values(type.getFields()).map((field) => [
      code(field.name),
      code(String(field.type)) + defaultText(field),
      unitOf(field.name, String(field.type)),
      words(field.description),
      since(field.astNode?.directives),
    ]);
    return table(['input field', 'type', 'unit', 'meaning', 'since'], rows);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const rules = accessRules(schema);
  const rows = Object.values(type.getFields()).map((field) => [
    code(field.name),
    code(String(field.type)),
    unitOf(field.name, String(field.type)),
    blocksInCell(words(field.description), referenceText(field), argumentsText(field)),
    scopesText(rules.get(`${type.name}.${field.name}`)?.scopes),
    shareText(type.name, field.name),
    since(field.astNode?.directives),
  ]);
  return table(['field', 'type', 'unit', 'meaning', 'personal scope', 'share', 'since'], rows);
}

function shareText(typeName: string, fieldName: string): string {
  const need = needOf(typeName, fieldName);
  if (!need) return '';
  const attribute = need.attribute.toLowerCase().replace('_', ' ');
  return need.isSaid ? `${attribute}, ${code(need.scope)}` : attribute;
}

/** Arguments with their types and what is said of them. */
export function argumentsText({ args }: GraphQLField<unknown, unknown>): string {
  return args
    .map((argument) => {
      const text = `${code(`${argument.name}: ${String(argument.type)}`)}${since(argument.astNode?.directives)}`;
      return argument.description ? `${text} (${words(argument.description)})` : text;
    })
    .join(', ');
}

/** ` (since 1.2)`, or nothing. */
export function since(directives: readonly ConstDirectiveNode[] | undefined): string {
  const value = directives?.find(({ name }) => name.value === 'since')?.arguments?.[0]?.value;
  return value && 'value' in value ? ` since ${String(value.value)}` : '';
}

/** What a value is counted in: by the name, as the contract's habit has it. */
export function unitOf(name: string, type: string): string {
  if (name.endsWith('Fen')) return 'fen';
  if (name.endsWith('Percent')) return '%';
  if (name.endsWith('Metres')) return 'm';
  if (/^(latitude|longitude)$/.test(name)) return '°';
  if (/DateTime/.test(type)) return 'RFC 3339';
  if (/Code$|^place$/.test(name) && /ID/.test(type) && name !== 'platformCode') {
    return 'division code';
  }
  return '';
}

function kindOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) return 'enum';
  if (isInputObjectType(type)) return 'input';
  if (isScalarType(type)) return 'scalar';
  return isInterfaceType(type) ? 'interface' : 'type';
}

function referenceText(field: GraphQLField<unknown, unknown>): string {
  const reference = field.astNode?.directives?.find(({ name }) => name.value === 'reference');
  const value = (name: string): string => {
    const given = reference?.arguments?.find((argument) => argument.name.value === name)?.value;
    return given && 'value' in given ? String(given.value) : '';
  };
  return reference ? `→ ${code(value('type'))}, in the net as ${code(value('as'))}` : '';
}

function orderText(enumName: string, value: string): string {
  const order = orderOf(enumName, value);
  if (!order) return '';
  const needs = order.needs === undefined ? '' : `, needs ${code(order.needs)}`;
  return `${code(order.path.join('.'))} (${order.key}${needs})`;
}

function defaultText({ astNode }: GraphQLInputField): string {
  return astNode?.defaultValue ? ` = ${print(astNode.defaultValue)}` : '';
}

function scopesText(scopes: readonly (readonly string[])[] | undefined): string {
  return (scopes ?? []).map((all) => all.map(code).join(' and ')).join(' or ');
}

function blocksInCell(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function words(text: string | null | undefined): string {
  return text ?? '';
}

/** Whether a type is one of paging's, which are all alike. */
export function isPaging(type: GraphQLNamedType): boolean {
  return /(Connection|Edge)$/.test(type.name) && isObjectType(getNamedType(type));
}
