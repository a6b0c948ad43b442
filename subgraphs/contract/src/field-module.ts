/** Which module of the contract a field belongs to: a platform without the module does not offer it. */
import { Kind, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { contractModules, type ModuleName } from './modules.ts';
import { contractSchema, isTypeDefinition, moduleDocument } from './schema.ts';

interface Origins {
  readonly types: ReadonlyMap<string, ModuleName>;
  readonly fields: ReadonlyMap<string, ModuleName>;
}

let cached: Origins | undefined;

/**
 * The module that a platform must offer for this field. A field of a mandatory module with a type of an
 * optional one belongs to that one: `Organization.members` to members. One that an optional module
 * brings is its own, whatever its type: `Mutation.verifyMember` is of matching.
 */
export function fieldModule(typeName: string, fieldName: string): ModuleName {
  const origins = (cached ??= readOrigins());
  const type = contractSchema().getType(typeName);
  const field =
    isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  const own = origins.fields.get(`${typeName}.${fieldName}`) ?? 'core';
  const ofType = field && origins.types.get(getNamedType(field.type).name);
  return !isOptional(own) && ofType && isOptional(ofType) ? ofType : own;
}

/** The module that defines a type; undefined for what the contract does not define. */
export function typeModule(typeName: string): ModuleName | undefined {
  return (cached ??= readOrigins()).types.get(typeName);
}

function isOptional(name: ModuleName): boolean {
  return contractModules.some((module) => module.name === name && module.optional);
}

function readOrigins(): Origins {
  const types = new Map<string, ModuleName>();
  const fields = new Map<string, ModuleName>();
  for (const { name } of contractModules) {
    for (const definition of moduleDocument(name).definitions) {
      if (isTypeDefinition(definition)) types.set(definition.name.value, name);
      if (
        definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
        definition.kind !== Kind.OBJECT_TYPE_EXTENSION &&
        definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
      ) {
        continue;
      }
      for (const field of definition.fields ?? []) {
        fields.set(`${definition.name.value}.${field.name.value}`, name);
      }
    }
  }
  return { types, fields };
}
