/** The province's calls to the two platforms of a transfer: signed, at checked addresses, within a time, by the same key each time. */
import { NetError, errorCodes, isNetErrorCode } from '@onenet/contract';
import { AddressRefused, checkAddress, type AddressPolicy } from '../address/check-address.ts';
import { createSender } from '../address/sender.ts';
import type { Directory } from '../directory.ts';
import { connectionOf, modulesOf } from '../registry/entry.ts';
import type { Sign } from '../registry/probe.ts';
import type { Part } from './life-cycle.ts';
import { platformOf } from './life-cycle.ts';
import { isAsked, type Step, type Transfer, type TransferKind } from './transfer.ts';

/** What a platform answered: the thing, a no that is its own and definite, or nothing that can be relied on. */
export type Answered<Value> =
  | { readonly kind: 'DONE'; readonly value: Value }
  /** `code`: of the table. Nothing was changed. */
  | { readonly kind: 'REFUSED'; readonly code: string }
  /** It may have been carried out, or not. */
  | { readonly kind: 'UNKNOWN'; readonly code: string };

/** What there is to transfer. */
export interface RecordThere {
  readonly kind: TransferKind;
  readonly status: string;
  readonly placeCode: string | null;
}

/** The platforms, as transfers need them. */
export interface TransferPlatforms {
  step(transfer: Transfer, step: Step): Promise<Answered<Part>>;
  sealingKey(code: string): Promise<Answered<string>>;
  /** Null: there is no such record. */
  record(code: string, id: string): Promise<Answered<RecordThere | null>>;
}

export interface PlatformCalls {
  readonly directory: Directory;
  readonly policy: AddressPolicy;
  /** Signs as the actor by whom transfers are carried out. */
  readonly sign: Sign;
  readonly signal: AbortSignal;
}

/** Within this a call is answered, or nothing is known of it; shorter than the lease on a transfer. */
const callWithinMs = 4_000;
/** And not in less. */
const leastMs = 250;

/** Calls platforms over HTTP. */
export function transferPlatforms(calls: PlatformCalls): TransferPlatforms {
  return {
    async step(transfer, step) {
      const { field, type } = mutations[step];
      const query = `mutation ($input: ${type}!) { ${field}(input: $input) {
        transfer { id state recordId ${step === 'offer' ? 'sealed' : ''} } } }`;
      const input = inputOf(transfer, step);
      const code = platformOf(transfer, step);
      // An acceptance is waited for until the deadline, when the target is asked to decline.
      const leftMs = step === 'accept' ? transfer.dueAt.getTime() - Date.now() : callWithinMs;
      const withinMs = Math.min(Math.max(leftMs, leastMs), callWithinMs);
      const answered = await ask(calls, code, query, { input }, withinMs);
      if (answered.kind !== 'DONE') return answered;
      const part = object(object(answered.value[field])['transfer']);
      const { id, state, recordId, sealed } = part;
      if (id !== transfer._id || typeof state !== 'string') return invalid;
      return { kind: 'DONE', value: { state, recordId: text(recordId), sealed: text(sealed) } };
    },

    async sealingKey(code) {
      const representations = [{ __typename: 'Platform', code }];
      const query = `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on Platform { sealingKey } } }`;
      const answered = await ask(calls, code, query, { representations });
      if (answered.kind !== 'DONE') return answered;
      const [platform] = list(answered.value['_entities']);
      const key = text(object(platform)['sealingKey']);
      return key === null ? invalid : { kind: 'DONE', value: key };
    },

    async record(code, id) {
      const entry = calls.directory.platform(code);
      const hasMembers = entry !== undefined && modulesOf(entry).includes('members');
      const types = hasMembers ? (['ServiceRequest', 'Member'] as const) : ['ServiceRequest'];
      const representations = types.map((__typename) => ({ __typename, id }));
      // One name for two types of value is no valid GraphQL.
      const query = `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { __typename
          ... on ServiceRequest { status placeCode }
          ${hasMembers ? '... on Member { memberStatus: status memberPlace: placeCode }' : ''} } }`;
      const answered = await ask(calls, code, query, { representations });
      if (answered.kind !== 'DONE') return answered;
      const found = list(answered.value['_entities']).map(object).find(isRecord);
      if (found === undefined) return { kind: 'DONE', value: null };
      const isMember = found['__typename'] === 'Member';
      const status = text(found[isMember ? 'memberStatus' : 'status']);
      if (status === null) return invalid;
      const placeCode = text(found[isMember ? 'memberPlace' : 'placeCode']);
      const kind = isMember ? 'MEMBER' : 'SERVICE_REQUEST';
      return { kind: 'DONE', value: { kind, status, placeCode } };
    },
  };
}

const mutations = {
  offer: { field: 'offerTransfer', type: 'OfferTransferInput' },
  accept: { field: 'acceptTransfer', type: 'AcceptTransferInput' },
  decline: { field: 'declineTransfer', type: 'DeclineTransferInput' },
  complete: { field: 'completeTransfer', type: 'CompleteTransferInput' },
  withdraw: { field: 'withdrawTransfer', type: 'TransferStepInput' },
} as const satisfies Record<Step, { readonly field: string; readonly type: string }>;

const invalid = { kind: 'UNKNOWN', code: 'INVALID' } as const;

/** Nothing in it changes from one asking to the next. */
function inputOf(transfer: Transfer, step: Step): object {
  const { _id: transferId, recordId: id, to, from, dueAt, placeCode, organizationId } = transfer;
  const common = { transferId, idempotencyKey: `${transferId}:${step}` };
  switch (step) {
    case 'offer':
      return { ...common, id, to, sealingKey: transfer.sealingKey, dueAt: dueAt.toISOString() };
    case 'accept': {
      const acceptBy = dueAt.toISOString();
      const where = {
        ...(placeCode !== null && { placeCode }),
        ...(organizationId !== null && { organizationId }),
      };
      return { ...common, platform: to, from, sealed: transfer.sealed, acceptBy, ...where };
    }
    case 'decline':
      return { ...common, platform: to };
    case 'complete':
      return { ...common, id, transferredToId: transfer.targetId };
    case 'withdraw':
      return { ...common, id };
  }
}

async function ask(
  calls: PlatformCalls,
  code: string,
  query: string,
  variables: object,
  timeoutMs = callWithinMs,
): Promise<Answered<Readonly<Record<string, unknown>>>> {
  const { directory, policy, sign, signal } = calls;
  const entry = directory.platform(code);
  const url = entry && directory.addressOf(entry);
  if (!entry || !url) return { kind: 'UNKNOWN', code: 'NOT_CONNECTED' };
  const connection = connectionOf(entry);
  if (!isAsked(connection)) {
    return {
      kind: 'UNKNOWN',
      code: connection === 'MAINTENANCE' ? 'MAINTENANCE' : 'NOT_CONNECTED',
    };
  }
  try {
    // An address by offset is the operator's own.
    const allowed = entry.url === null ? { ...policy, development: true, allowHosts: [] } : policy;
    const sender = createSender(await checkAddress(url, allowed), signal);
    try {
      const body = JSON.stringify({ query, variables });
      const target = new URL(`${url}/graphql`);
      const { pathname: path } = target;
      const headers = {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...sign({ owner: code, method: 'POST', path, body }),
      };
      const post = { method: 'POST', url: target.href, headers, body } as const;
      const answer = await sender.send({ ...post, timeoutMs });
      return read(JSON.parse(answer.body.toString('utf8')));
    } finally {
      await sender.close();
    }
  } catch (error) {
    return { kind: 'UNKNOWN', code: whyNot(error) };
  }
}

/** An answer with data is one, whatever else it says: what is missing in it, its reader sees. */
function read(answer: unknown): Answered<Readonly<Record<string, unknown>>> {
  const { data, errors } = object(answer);
  const [error] = list(errors);
  const value = object(data);
  if (Object.values(value).some((each) => each !== null)) return { kind: 'DONE', value };
  const { code } = object(object(error)['extensions']);
  if (!isNetErrorCode(code)) return invalid;
  return { kind: isDefinite(code) ? 'REFUSED' : 'UNKNOWN', code };
}

/** Whether the owner itself says no, for a reason that does not pass. */
function isDefinite(code: keyof typeof errorCodes): boolean {
  if (code === 'NOT_OFFERED') return true;
  return errorCodes[code].fault === 'caller' && code !== 'TOO_MANY';
}

function whyNot(error: unknown): string {
  if (error instanceof AddressRefused || error instanceof NetError) return error.code;
  if (error instanceof SyntaxError) return 'INVALID';
  const isLate = error instanceof Error && /Timeout|Abort/.test(error.name);
  return isLate ? 'TIMEOUT' : 'UNREACHABLE';
}

function isRecord(value: Readonly<Record<string, unknown>>): boolean {
  return value['__typename'] !== undefined;
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
