/** Nullability: a missing non-null field takes away an owner's whole part, so only what every owner has is non-null. */
import { getNamedType, isNonNullType, type GraphQLSchema } from 'graphql';
import { accessDirectives } from '../access.ts';
import { fieldModule, typeModule } from '../field-module.ts';
import { contractModules } from '../modules.ts';
import { gatherOf, orderOf } from '../directives.ts';
import { enumValues, has, outputFields, type LintRule, type OutputField } from './rule.ts';

/** Non-null in contract 1.0, for ever. What is added later is nullable, so nothing joins this list. */
const mandatoryCore: ReadonlySet<string> = new Set([
  'EventTotal.type',
  'EventTotal.events',
  'EventTotal.count',
  'EventTotal.throughSequence',
  'Organization.name',
  'Organization.kind',
  'Organization.level',
  'Organization.placeCode',
  'Organization.foundedAt',
  'Organization.updatedAt',
  'Station.name',
  'Station.placeCode',
  'Station.latitude',
  'Station.longitude',
  'Station.updatedAt',
  'ServiceRequest.title',
  'ServiceRequest.category',
  'ServiceRequest.channel',
  'ServiceRequest.status',
  'ServiceRequest.placeCode',
  'ServiceRequest.submittedAt',
  'ServiceRequest.updatedAt',
  'RequestStep.at',
  'RequestStep.actorKind',
  'RequestStatusStep.at',
  'RequestStatusStep.actorKind',
  'RequestStatusStep.to',
  'RequestFeedbackStep.at',
  'RequestFeedbackStep.actorKind',
  'RequestRatingStep.at',
  'RequestRatingStep.actorKind',
  'RequestRatingStep.rating',
  'RequestSupervisionStep.at',
  'RequestSupervisionStep.actorKind',
]);

const keys: ReadonlySet<string> = new Set(['id', 'code', 'platformCode']);

export const nullability: LintRule = {
  name: 'nullability',
  *check(schema) {
    const orderable = orderableFields(schema);
    for (const output of outputFields(schema)) {
      if (!isNonNullType(output.field.type) || mayBeNonNull(output, orderable)) continue;
      yield {
        coordinate: output.coordinate,
        message: `${output.coordinate} is non-null and not of the mandatory core: make it nullable.`,
      };
    }
  },
};

function mayBeNonNull(output: OutputField, orderable: ReadonlySet<string>): boolean {
  const { type, field, coordinate } = output;
  const scoped = [type, field].some((element) =>
    [...accessDirectives].some((directive) => has(element, directive)),
  );
  if (scoped) return false;
  if (has(type, 'net') || isStructure(output) || keys.has(field.name)) return true;
  if (orderable.has(coordinate) || isDemandedByInterface(output)) return true;
  return mandatoryCore.has(coordinate) && !isOptional(type.name, field.name);
}

/** What a mandatory interface demands of each of its types, those of later versions included. */
function isDemandedByInterface({ type, field }: OutputField): boolean {
  return type
    .getInterfaces()
    .some(
      ({ name }) => mandatoryCore.has(`${name}.${field.name}`) && !isOptional(name, field.name),
    );
}

function isStructure({ type, field }: OutputField): boolean {
  if (type.name === 'PageInfo') return true;
  if (type.name.endsWith('Connection')) return field.name === 'edges' || field.name === 'pageInfo';
  return type.name.endsWith('Edge') && (field.name === 'cursor' || field.name === 'node');
}

function isOptional(typeName: string, fieldName: string): boolean {
  const modules = [typeModule(typeName), fieldModule(typeName, fieldName)];
  return contractModules.some((module) => module.optional && modules.includes(module.name));
}

/** What gathered lists sort by: never null, in optional modules too. */
function orderableFields(schema: GraphQLSchema): ReadonlySet<string> {
  const nodes = new Map<string, string>();
  for (const { type, field } of outputFields(schema)) {
    if (!getNamedType(field.type).name.endsWith('Connection')) continue;
    const rule = gatherOf(type.name, field.name, schema);
    if (rule) nodes.set(rule.orderEnum, rule.nodeType);
  }
  return new Set(
    enumValues(schema).flatMap(({ enumName, value }) => {
      const by = orderOf(enumName, value.name, schema)?.path[0];
      const node = nodes.get(enumName);
      return by && node ? [`${node}.${by}`] : [];
    }),
  );
}
