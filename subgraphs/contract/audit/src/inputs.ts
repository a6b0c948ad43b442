/** Inputs of mutations, made from their types: what is required, and no more. */
import { randomBytes } from 'node:crypto';
import { identityHash, newSealingKey, references, routeOf, seal, stepOf } from '@onenet/contract';
import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';
import { newIdentityNumber } from './identity.ts';
import type { Node } from './lists.ts';
import { platformInfo } from './platform-info.ts';
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

/** A call of a mutation with what is there to call it with; undefined when there is no record for it. */
export async function mutationCall(
  server: AuditedServer,
  field: GraphQLField<unknown, unknown>,
  key: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<MutationCall | undefined> {
  const [argument] = field.args;
  const inputType = argument && getNamedType(argument.type);
  const payload = getNamedType(field.type);
  if (!isInputObjectType(inputType) || !isObjectType(payload)) return undefined;
  const of = stepOf(field.name)?.of;
  const results = Object.values(payload.getFields());
  const record = results.find(({ type }) => getNamedType(type).name === of) ?? results[0];
  if (!record) return undefined;
  const recordType = getNamedType(record.type).name;
  const input: Record<string, unknown> = { ...given };
  for (const each of server.offered.inputFields(inputType.name)) {
    if (!isNonNullType(each.type) || each.name in given) continue;
    const value = await valueOf(server, each, { recordType, key, mutation: field.name });
    if (value === undefined) return undefined;
    input[each.name] = value;
  }
  // Nullable, as every step's; feedback without a word is none.
  if (field.name === 'addServiceRequestFeedback') input['note'] ??= `审计${server.run}`;
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

interface Purpose {
  readonly recordType: string;
  readonly key: string;
  readonly mutation: string;
}

async function valueOf(
  server: AuditedServer,
  field: GraphQLInputField,
  purpose: Purpose,
): Promise<unknown> {
  const named = byName[field.name];
  if (named) return await named(server, purpose);
  const type = getNamedType(field.type);
  const referred = type.name === 'ID' ? referredTypes.get(field.name) : undefined;
  if (referred !== undefined) return await existing(server, referred);
  const value = byType(server, type.name, purpose);
  return isListType(getNullableType(field.type)) ? [value] : value;
}

function byType(server: AuditedServer, type: string, { key }: Purpose): unknown {
  if (type === 'String') return `审计${server.run}`;
  if (type === 'Int' || type === 'Float') return 1;
  if (type === 'Boolean') return true;
  if (type === 'ID') return `audit-${server.run}-${key}`;
  if (type === 'DateTime') return inDays(7);
  return server.offered.enumValues(type)[0];
}

/** Input fields whose value follows from what they are called, not from their type. */
const byName: Readonly<Record<string, (server: AuditedServer, purpose: Purpose) => unknown>> = {
  platform: ({ code }) => code,
  idempotencyKey: ({ run }, { key }) => `audit-${run}-${key}`,
  id: (server, { recordType }) => existing(server, recordType),
  placeCode: (server) => placeOf(server),
  mediaChannelId: (server) => mediaChannel(server),
  identityNumber: () => newIdentityNumber(),
  paymentReference: ({ run }, { key }) => `${run}-${key}`,
  kind: async (server, { mutation }) =>
    mutation === 'issueCard'
      ? (await platformInfo(server)).cardKinds[0]?.code
      : byKindOf(server, mutation),
  department: async (server) => (await askable(server)).code,
  question: async (server, { mutation }) =>
    mutation === 'askDepartment' ? (await askable(server)).question : `审计${server.run}`,
  to: () => elsewhere,
  from: () => elsewhere,
  transferredToId: () => `${elsewhere}:audit-none`,
  sealingKey: async () => (await newSealingKey()).publicJwk,
  sealedKey: async (server) => await sealedKey(server, randomBytes(32)),
  hashes: () => [identityHash(randomBytes(32), newIdentityNumber())],
};

/** A platform that is none of the net's. */
export const elsewhere = '000000';

/** The run's key as `compareList` takes it; a text that is no such thing where there is no key to seal it to. */
export async function sealedKey(server: AuditedServer, key: Buffer): Promise<string> {
  const { sealingKey } = await platformInfo(server);
  if (sealingKey === undefined) return 'e30.e30.e30.e30.e30';
  return await seal(sealingKey, { key: key.toString('base64url') });
}

/** A moment from now. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

/** `memberId` → Member: by the contract's references of the same names. */
const referredTypes: ReadonlyMap<string, string> = new Map([
  ...references().map(({ idField, type }) => [idField, type] as const),
  ['organizationId', 'Organization'],
]);

async function existing(server: AuditedServer, type: string): Promise<string | undefined> {
  const [record] = await recordsOf(server, type);
  if (record) return record.id;
  return type === 'Organization' ? undefined : `${server.code}:audit-none`;
}

async function recordsOf(server: AuditedServer, type: string): Promise<readonly Node[]> {
  const list = server.offered.lists.find(({ node }) => node.name === type);
  return list ? await server.lists.sample(list) : [];
}

function byKindOf(server: AuditedServer, mutation: string): string | undefined {
  const input = server.offered.fields('Mutation').find(({ name }) => name === mutation)?.args[0];
  const kind = server.offered
    .inputFields(input ? getNamedType(input.type).name : '')
    .find(({ name }) => name === 'kind');
  return kind && server.offered.enumValues(getNamedType(kind.type).name)[0];
}

/** A department that can be asked, and what. */
async function askable(server: AuditedServer): Promise<{ code: string; question: string }> {
  const { departments } = await platformInfo(server);
  const department = departments.find(({ questions }) => questions.length > 0) ?? departments[0];
  return { code: department?.code ?? 'NONE', question: department?.questions[0] ?? 'NONE' };
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
