/** `docs/contract.md`: the contract as a text to look things up in, made from its modules alone. */
import {
  getNamedType,
  isIntrospectionType,
  isSpecifiedScalarType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { gatherOf } from '../directives.ts';
import { errorCodes } from '../errors.ts';
import { eventTypes, type EventType } from '../events.ts';
import { fieldModule, typeModule } from '../field-module.ts';
import {
  contractModules,
  contractVersion,
  moduleText,
  previousContractVersion,
  type ContractModule,
  type ModuleName,
} from '../modules.ts';
import { contractSchema } from '../schema.ts';
import { accessRules } from '../access.ts';
import { lifeCycles, who } from './life-cycle.ts';
import { blocks, code, table } from './markdown.ts';
import { argumentsText, isPaging, since, typeTable } from './type-tables.ts';

/** The whole text. */
export function contractDocs(schema: GraphQLSchema = contractSchema()): string {
  return `${blocks(
    `# The contract, version ${contractVersion}`,
    introduction,
    moduleList(),
    contractModules.map((module) => modulePart(module, schema)),
    errors(),
    events(),
    personalFields(schema),
  )}\n`;
}

const introduction = `<!-- Written by \`./onenet contract docs\` from subgraphs/contract: change that, not this. -->

What stands where: types, fields, who may call what, units, errors and events, module by module. How a platform behaves is said in [CONTRACT.md](../subgraphs/contract/CONTRACT.md), the wire format of events in [FEED.md](../subgraphs/contract/FEED.md). A platform keeps version ${contractVersion} or ${previousContractVersion}; what came after the first version says since when.

**Units.** Names say them: \`…Fen\` are whole fen (1 yuan = 100 fen), \`…Metres\` metres, \`…Percent\` per cent, \`…Count\` and other whole numbers a number of things; every moment is RFC 3339 with offset, kept to the millisecond; a place is a division's code of 6, 9 or 12 digits. An id is \`<platform code>:<local id>\`.

**Lists** take \`first\` with \`after\`, or \`last\` with \`before\` (from 1 to 100, 20 by default), \`filter\` and \`orderBy\`, and give a connection: \`edges { cursor node }\`, \`pageInfo\`, \`totalCount\`, and from the net \`knownCount\` and \`completeness\`. The same lists stand at the root (every owner in scope), on \`Platform\` (its own) and on \`Division\` (what lies within it).

**Mutations** take one \`input\` with an \`idempotencyKey\`, and give a payload with the record. Who may call: a worker, an officer or a system, as the calling platform's credential says. *Own front end only*: refused with \`LOCAL_ONLY\` to everybody but the owner's own front end. What a life does not allow is refused with \`WRONG_STATE\`, and the error names what is.`;

function moduleList(): string {
  const rows = contractModules.map(({ name, optional }) => [
    `[${name}](#${name})`,
    optional ? 'optional' : 'every platform',
    headOf(name).summary,
  ]);
  return blocks('## Modules', table(['module', 'who offers it', 'what it holds'], rows));
}

/** The comment at a module's head: its first line, and the rest. */
function headOf(name: ModuleName): { readonly summary: string; readonly rest: string } {
  const lines = moduleText(name).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const texts = lines.slice(0, end).map((line) => line.replace(/^# ?/, ''));
  const rest = texts.slice(1).filter((line) => !line.startsWith('Long, because'));
  return { summary: texts[0] ?? '', rest: rest.join('\n').trim() };
}

function modulePart({ name }: ContractModule, schema: GraphQLSchema): string {
  const module = name as ModuleName;
  const { summary, rest } = headOf(module);
  const queries = rootFields(schema.getQueryType(), module);
  const mutations = rootFields(schema.getMutationType(), module);
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isDocumented(type) && typeModule(type.name) === module && !isPaging(type),
  );
  return blocks(
    `## ${name}`,
    summary,
    rest,
    queries.length === 0 ? '' : blocks('### Look-ups and lists', queryTable(queries, schema)),
    mutations.length === 0 ? '' : blocks('### Mutations', mutationTable(mutations)),
    lifeCycles(
      mutations.map((field) => field.name),
      schema,
    ),
    types.length === 0 ? '' : '### Types',
    types.map((type) => typeTable(type, schema)),
  );
}

/** Roots stand in tables of their own; introspection and what GraphQL itself defines is not the contract's. */
function isDocumented(type: GraphQLNamedType): boolean {
  const isRoot = type.name === 'Query' || type.name === 'Mutation';
  return !isRoot && !isIntrospectionType(type) && !isSpecifiedScalarType(type);
}

type Field = GraphQLField<unknown, unknown>;

function rootFields(
  root: GraphQLObjectType | null | undefined,
  module: ModuleName,
): readonly Field[] {
  return Object.values(root?.getFields() ?? {}).filter(
    (field) => root && fieldModule(root.name, field.name) === module,
  );
}

function queryTable(fields: readonly Field[], schema: GraphQLSchema): string {
  const rows = fields.map((field) => {
    const gather = gatherOf('Query', field.name, schema);
    return [
      code(field.name),
      argumentsText(field),
      code(gather ? gather.nodeType : String(field.type)),
      gather ? `${code(gather.order)} ${gather.direction}` : '',
      field.description ?? '',
      since(field.astNode?.directives),
    ];
  });
  return table(['field', 'arguments', 'gives', 'order by default', 'meaning', 'since'], rows);
}

function mutationTable(fields: readonly Field[]): string {
  const rows = fields.map((field) => [
    code(field.name),
    code(String(field.args[0]?.type)),
    code(getNamedType(field.type).name),
    who(field.name),
    field.description ?? '',
    since(field.astNode?.directives),
  ]);
  return table(['mutation', 'input', 'gives', 'by', 'meaning', 'since'], rows);
}

function errors(): string {
  const rows = Object.entries(errorCodes).map(([name, { fault, message }]) => [
    code(name),
    fault,
    message,
  ]);
  const text = 'In `extensions.code` of every error, of the net and of platforms.';
  return blocks('## Errors', text, table(['code', 'whose fault', 'meaning'], rows));
}

function events(): string {
  const rows = Object.entries<EventType>(eventTypes).map(([name, type]) => [
    code(name),
    type.module,
    type.value ?? '',
    type.onTime ? 'yes' : '',
    type.people ?? '',
    type.counted ? 'yes' : '',
    type.about ?? '',
  ]);
  const text =
    'What a feed may say. `value`: the unit of `data.value`, where there is one. `onTime`: whether it was done by its deadline is given. `people`: who is counted, so that the sequencer gives `data.firsts`. Counted: one line may stand for many within a minute.';
  return blocks(
    '## Events',
    text,
    table(['type', 'module', 'value', 'onTime', 'people', 'counted', 'meaning'], rows),
  );
}

function personalFields(schema: GraphQLSchema): string {
  const rows = [...accessRules(schema)].map(([coordinate, { scopes }]) => {
    const [type = '', field = ''] = coordinate.split('.');
    const masked = `masked${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    const fields = schema.getType(type);
    const hasMask = fields && 'getFields' in fields && masked in fields.getFields();
    return [
      code(coordinate),
      (scopes ?? []).map((all) => all.map(code).join(' and ')).join(' or '),
      hasMask ? code(masked) : 'withheld whole',
    ];
  });
  const text = 'Null with one error `SCOPE_REQUIRED` for whoever lacks the scope.';
  return blocks('## Personal fields', text, table(['field', 'scope', 'what others see'], rows));
}
