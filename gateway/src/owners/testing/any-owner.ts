/** An owner with every module that answers everything: whatever is asked has a value, so that what is null was not asked. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  contractModules,
  contractVersion,
  encodeOwnerCursor,
  gatherOf,
  orderOf,
  platformSdl,
  references,
} from '@onenet/contract';
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  parse,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
} from 'graphql';
import { serveOwner, type MemoryOwner } from './memory-owner.ts';

const at = '2026-01-01T00:00:00+08:00';

/** Serves it. Of each list it has one row, or one of each kind. */
export function startAnyOwner(code: string): Promise<MemoryOwner> {
  const modules = contractModules.map(({ name }) => name);
  const itself = { code, modules, version: contractVersion, records: [] };
  const schema = buildSubgraphSchema(parse(platformSdl(modules, contractVersion)));
  return serveOwner(itself, schema, resolver(code));
}

function resolver(code: string): GraphQLFieldResolver<unknown, unknown> {
  const ids = new Map(
    references().map(({ owner, idField, type }) => [`${owner}.${idField}`, type]),
  );
  return (source, _args, _context, info) => {
    const { fieldName, parentType, returnType } = info;
    const own: unknown = Object.getOwnPropertyDescriptor(Object(source), fieldName)?.value;
    if (own !== undefined) return own;
    if (fieldName === 'edges')
      return [{ cursor: cursorOf(code, source), node: { id: idOf(code) } }];
    if (getNamedType(returnType).name.endsWith('Connection')) return { list: fieldName };
    const target = ids.get(`${parentType.name}.${fieldName}`);
    if (target === 'Platform' || fieldName === 'platformCode') return code;
    if (target === 'Division') return '420100';
    return valueOf(code, returnType, info);
  };
}

function idOf(code: string): string {
  return `${code}:1`;
}

/** Of a gathered list in its default order, in which the one row's key is what its field has. */
function cursorOf(code: string, connection: unknown): string {
  const list: unknown = Object.getOwnPropertyDescriptor(Object(connection), 'list')?.value;
  const rule = gatherOf('Query', String(list));
  if (!rule) return 'x';
  const { orderEnum, order, direction } = rule;
  const key = orderOf(orderEnum, order)?.key === 'TIME' ? Date.parse(at) : 'x';
  return encodeOwnerCursor({ order, direction, key, id: idOf(code) });
}

function valueOf(code: string, type: GraphQLOutputType, info: GraphQLResolveInfo): unknown {
  if (isNonNullType(type)) return valueOf(code, type.ofType, info);
  if (isListType(type)) {
    const item = getNamedType(type);
    if (!isAbstractType(item)) return [valueOf(code, type.ofType, info)];
    return info.schema.getPossibleTypes(item).map(({ name }) => ({ __typename: name }));
  }
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isScalarType(type)) return scalars[type.name] ?? idOf(code);
  return {};
}

const scalars: Readonly<Record<string, unknown>> = {
  Boolean: false,
  DateTime: at,
  Float: 1,
  Int: 1,
  String: 'x',
};
