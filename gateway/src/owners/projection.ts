/** What the net itself answers (`pageInfo`, `completeness`), under the keys that a client chose. */
import { getNamedType, isLeafType, type SelectionSetNode } from 'graphql';
import type { JsonObject } from './conform.ts';
import { collect, definitionOf, type Source } from './selection.ts';

/** Makes the object that a client selected from the object that the net has. */
export type Projection = (value: Readonly<Record<string, unknown>>) => JsonObject;

/** Compiles a selection on one of the net's own types. */
export function projectionOf(
  source: Source,
  typeName: string,
  sets: readonly SelectionSetNode[],
): Projection {
  const members = [...collect(source, typeName, sets).values()].map(
    ({ key, name, sets: inner }) => {
      if (name === '__typename') return { key, read: () => typeName };
      const type = getNamedType(definitionOf(source.schema, typeName, name).type);
      if (isLeafType(type)) {
        return { key, read: (value: Readonly<Record<string, unknown>>) => value[name] };
      }
      const project = projectionOf(source, type.name, inner);
      return {
        key,
        read: (value: Readonly<Record<string, unknown>>) => projectAny(project, value[name]),
      };
    },
  );
  return (value) => {
    const object: JsonObject = {};
    for (const { key, read } of members) object[key] = read(value);
    return object;
  };
}

function projectAny(project: Projection, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => projectAny(project, item));
  if (typeof value !== 'object' || value === null) return value ?? null;
  return project({ ...value });
}
