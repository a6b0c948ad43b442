/** Inputs of mutations, made from their types: what is required, and no more. */
import { routeOf } from '@onenet/contract';
import {
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';
import type { Node } from './lists.ts';
import type { AuditedServer } from './server.ts';

export interface MutationCall {
  readonly name: string;
  readonly inputType: string;
  /** The payload's field that holds the record, and its type. */
  readonly record: string;
  readonly recordType: string;
  /** Whether it names the platform (it makes something new) or a record. */
  readonly makes: boolean;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A call of a mutation that would be carried out; undefined when there is no record for it. */
export async function mutationCall(
  server: AuditedServer,
  field: GraphQLField<unknown, unknown>,
  key: string,
): Promise<MutationCall | undefined> {
  const [argument] = field.args;
  const inputType = argument && getNamedType(argument.type);
  const payload = getNamedType(field.type);
  if (!isInputObjectType(inputType) || !isObjectType(payload)) return undefined;
  const [record] = Object.values(payload.getFields());
  if (!record) return undefined;
  const recordType = getNamedType(record.type).name;
  const input: Record<string, unknown> = {};
  for (const each of server.offered.inputFields(inputType.name)) {
    if (!isNonNullType(each.type)) continue;
    const value = await valueOf(server, each, { recordType, key });
    if (value === undefined) return undefined;
    input[each.name] = value;
  }
  return {
    name: field.name,
    inputType: inputType.name,
    record: record.name,
    recordType,
    makes: routeOf('Mutation', field.name)?.names === 'PLATFORM',
    input,
  };
}

/** A mutation as an operation. */
export function mutationQuery({ name, inputType, record }: MutationCall, fields = 'id'): string {
  return `mutation($input: ${inputType}!) { ${name}(input: $input) { ${record} { ${fields} } } }`;
}

async function valueOf(
  server: AuditedServer,
  field: GraphQLInputField,
  { recordType, key }: { readonly recordType: string; readonly key: string },
): Promise<unknown> {
  const type = getNamedType(field.type);
  switch (field.name) {
    case 'platform':
      return server.code;
    case 'idempotencyKey':
      return `audit-${server.run}-${key}`;
    case 'id':
      return (await recordsOf(server, recordType))[0]?.id ?? `${server.code}:audit-none`;
    case 'organizationId':
      return (await recordsOf(server, 'Organization'))[0]?.id;
    case 'placeCode':
      return await placeOf(server);
    case 'mediaChannelId':
      return await mediaChannel(server);
    default:
  }
  if (type.name === 'String') return `审计${server.run}`;
  if (type.name === 'Int') return 1;
  return server.offered.enumValues(type.name)[0];
}

async function recordsOf(server: AuditedServer, type: string): Promise<readonly Node[]> {
  const list = server.offered.lists.find(({ node }) => node.name === type);
  return list ? await server.lists.sample(list) : [];
}

/** A place where the platform has records: it serves it. */
export async function placeOf(server: AuditedServer): Promise<string | undefined> {
  for (const list of server.offered.lists) {
    if (!server.offered.fields(list.node.name).some(({ name }) => name === 'placeCode')) continue;
    const rows = await server.lists.sample(list, 'placeCode');
    const place = rows.find(({ placeCode }) => typeof placeCode === 'string')?.['placeCode'];
    if (typeof place === 'string') return place;
  }
  return undefined;
}

async function mediaChannel(server: AuditedServer): Promise<string | undefined> {
  const { data } = await server.ask(
    `{ _entities(representations: [{ __typename: "Platform", code: "${server.code}" }]) { ... on Platform { mediaChannels { id } } } }`,
  );
  const [platform] = (data?.['_entities'] ?? []) as { mediaChannels?: { id: string }[] | null }[];
  return platform?.mediaChannels?.[0]?.id;
}
