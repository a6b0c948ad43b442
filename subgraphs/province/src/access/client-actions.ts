/** What `/access/clients` does: one action each, from JSON to JSON. */
import { NetError } from '@onenet/contract';
import type { AccessActions, AccessAnswer, AccessCall } from './http.ts';
import { shownClient } from './client.ts';
import { parseLimits, parseNewClient, parseProfileChange, parseScopes } from './client-fields.ts';
import { parseClientKey, type ClientKey } from './client-keys.ts';
import {
  addClient,
  clientHistory,
  findClient,
  listClients,
  resumeClient,
  revokeClient,
  rotateClient,
  setLimits,
  setProfile,
  setScopes,
  suspendClient,
  type FirstCredential,
} from './clients.ts';

/** An old secret holds on for as long as it takes to put the new one everywhere. */
const defaultOverlapSeconds = 24 * 60 * 60;
const mostOverlapSeconds = 90 * 24 * 60 * 60;

export const clientActions: AccessActions = {
  GET: list,
  POST: add,
  'GET id': show,
  'POST id/rotate': rotate,
  'POST id/suspend': suspend,
  'POST id/resume': resume,
  'POST id/limits': limits,
  'POST id/profile': sayAnew,
  'POST id/scopes': scopes,
  'DELETE id': revoke,
};

async function list({ store, query }: AccessCall): Promise<AccessAnswer> {
  const clients = await listClients(store.registry, query.get('revoked') === 'true');
  return { status: 200, body: { clients: clients.map(shownClient) } };
}

async function add({ store, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const { id, profile } = parseNewClient(fields);
  const key = await keyOf(fields);
  const withSecret = fields.optional('withSecret', (at) => fields.flag(at)) ?? key === undefined;
  fields.done();
  if (key && withSecret) {
    throw new NetError('BAD_INPUT', '`withSecret` and `key` are two ways: give one of them.');
  }
  const credential: FirstCredential = key
    ? { kind: 'KEY', key }
    : { kind: withSecret ? 'SECRET' : 'NONE' };
  const { client, secret } = await addClient(store.registry, id, profile, credential, asker);
  return { status: 201, body: { ...shownClient(client), ...(secret === null ? {} : { secret }) } };
}

/** With what was done to it. */
async function show({ store, id }: AccessCall): Promise<AccessAnswer> {
  const client = await findClient(store.registry, id);
  const history = await clientHistory(store.registry, id);
  return { status: 200, body: { ...shownClient(client), history } };
}

async function rotate({ store, id, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const overlapSeconds =
    fields.optional('overlapSeconds', (at) => fields.integer(at, 0, mostOverlapSeconds)) ??
    defaultOverlapSeconds;
  const key = await keyOf(fields);
  fields.done();
  const made = await rotateClient(store.registry, id, { overlapSeconds, key }, asker);
  return {
    status: 201,
    body: {
      client: id,
      ...(made.text === null ? { key: made.id } : { secretId: made.id, secret: made.text }),
      oldUntil: made.oldUntil,
    },
  };
}

async function suspend({ store, id, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const reason = fields.optional('reason', (at) => fields.text(at, 500)) ?? null;
  fields.done();
  await suspendClient(store.registry, id, reason, asker);
  return standing({ store, id });
}

async function resume({ store, id, fields, asker }: AccessCall): Promise<AccessAnswer> {
  fields.done();
  await resumeClient(store.registry, id, asker);
  return standing({ store, id });
}

async function limits({ store, id, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const { limits: before } = await findClient(store.registry, id);
  const after = parseLimits(fields, 'limits', before);
  fields.done();
  await setLimits(store.registry, id, after, asker);
  return standing({ store, id });
}

async function sayAnew({ store, id, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const given = parseProfileChange(fields);
  fields.done();
  await setProfile(store.registry, id, given, asker);
  return standing({ store, id });
}

async function scopes({ store, id, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const given = parseScopes(fields, 'scopes');
  fields.done();
  await setScopes(store.registry, id, given, asker);
  return standing({ store, id });
}

async function revoke({ store, id, asker }: AccessCall): Promise<AccessAnswer> {
  await revokeClient(store.registry, id, asker);
  return standing({ store, id });
}

async function standing({ store, id }: Pick<AccessCall, 'store' | 'id'>): Promise<AccessAnswer> {
  return { status: 200, body: shownClient(await findClient(store.registry, id)) };
}

async function keyOf(fields: AccessCall['fields']): Promise<ClientKey | undefined> {
  return await fields.optional('key', (at) => parseClientKey(fields.value(at), new Date()));
}
