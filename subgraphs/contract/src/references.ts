/** References that may leave the owner: what `@reference` says, from which `links` is derived. */
import {
  getDirectiveValues,
  isNonNullType,
  isObjectType,
  type ConstDirectiveNode,
  type GraphQLSchema,
} from 'graphql';
import { accessDirectives } from './access.ts';
import { contractSchema } from './schema.ts';

/** An id field of a record, and the field that is derived from it. */
export interface Reference {
  /** The object type that has the id. */
  readonly owner: string;
  readonly idField: string;
  /** Whether the id may be null; the derived field always may. */
  readonly nullable: boolean;
  /** The object type that it leads to. */
  readonly type: string;
  /** The derived field's name. */
  readonly as: string;
  /** The id's access directives, which the derived field has too. */
  readonly access: readonly ConstDirectiveNode[];
}

/** All references of the contract's object types. */
export function references(schema: GraphQLSchema = contractSchema()): readonly Reference[] {
  const directive = schema.getDirective('reference');
  if (!directive) return [];
  const found: Reference[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const reference = field.astNode && getDirectiveValues(directive, field.astNode);
      if (!reference) continue;
      found.push({
        owner: type.name,
        idField: field.name,
        nullable: !isNonNullType(field.type),
        type: String(reference['type']),
        as: String(reference['as']),
        access: (field.astNode?.directives ?? []).filter((applied) =>
          accessDirectives.has(applied.name.value),
        ),
      });
    }
  }
  return found;
}

/** The field that names a record type: `code` for what the province knows, `id` for records. */
export function keyField(typeName: string): 'code' | 'id' {
  return typeName === 'Platform' || typeName === 'Division' ? 'code' : 'id';
}
