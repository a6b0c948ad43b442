/** Calls mutations and keeps which were called: through the gateway, or at a platform's own front end. */
import { randomUUID } from 'node:crypto';
import { contractSchema, fieldModule, isLocal } from '@onenet/contract';
import { getNamedType, isObjectType } from 'graphql';
import { ask } from '../fixtures/small-net.ts';

export const officer = 'officer:desk-1';
export const system = 'system:register';

export interface CallOptions {
  /** Default: an officer. */
  readonly as?: string;
  /** Selected of the payload's record, beside its id. */
  readonly select?: string;
}

export class Caller {
  readonly called = new Set<string>();
  readonly #gatewayUrl: string;
  readonly #platformUrls: Readonly<Record<string, string>>;

  constructor(gatewayUrl: string, platformUrls: Readonly<Record<string, string>>) {
    this.#gatewayUrl = gatewayUrl;
    this.#platformUrls = platformUrls;
  }

  /** Carries out a mutation of the contract; what the gateway takes from nobody, at the platform itself. The answer is the record. */
  async call<Found = { id: string }>(
    name: string,
    input: { readonly id?: string; readonly platform?: string } & Readonly<Record<string, unknown>>,
    { as = officer, select = '' }: CallOptions = {},
  ): Promise<Found> {
    const field = contractSchema().getMutationType()?.getFields()[name];
    const payload = field && getNamedType(field.type);
    if (!isObjectType(payload)) throw new Error(`${name} is no mutation of the contract.`);
    const [record = ''] = Object.keys(payload.getFields());
    const type = String(field?.args[0]?.type);
    const owner = input.platform ?? input.id?.split(':')[0] ?? '';
    const isDirect = isLocal(name) || fieldModule('Mutation', name) === 'transfers';
    const url = isDirect ? this.#platformUrls[owner] : this.#gatewayUrl;
    const query = `mutation ($input: ${type}) { done: ${name}(input: $input) { ${record} { id ${select} } } }`;
    const done = await this.#send<Record<string, Found>>(name, `${url}/graphql`, query, input, as);
    return done[record] as Found;
  }

  /** A mutation of the province itself; the answer is the transfer's id. */
  async callProvince(
    name: 'startTransfer' | 'cancelTransfer',
    input: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { done: ${name}(input: $input) { transfer { id } } }`;
    const url = `${this.#gatewayUrl}/graphql`;
    const done = await this.#send<{ transfer: { id: string } }>(name, url, query, input, officer);
    return done.transfer.id;
  }

  /** A query through the gateway. */
  async read<Found>(query: string): Promise<Found> {
    const { data, errors } = await ask(`${this.#gatewayUrl}/graphql`, query);
    if (!data || errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return data as Found;
  }

  async #send<Done>(
    name: string,
    url: string,
    query: string,
    input: object,
    as: string,
  ): Promise<Done> {
    const variables = { input: { idempotencyKey: randomUUID(), ...input } };
    const { data, errors } = await ask(url, query, variables, { 'onenet-actor': as });
    if (errors || !data?.['done']) throw new Error(`${name}: ${JSON.stringify(errors)}`);
    this.called.add(name);
    return data['done'] as Done;
  }
}
