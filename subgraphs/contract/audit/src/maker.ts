/** Records made by the audit itself, and led to a status by the steps of the contract. */
import {
  actorsOf,
  fieldModule,
  isLocal,
  stepOf,
  type ModuleName,
  type StepRule,
} from '@onenet/contract';
import type { GraphQLField } from 'graphql';
import { mutationCall, mutationQuery, type MutationCall } from './inputs.ts';
import { platformInfo } from './platform-info.ts';
import { NotChecked, Violation } from './rule.ts';
import { cameIn, dataOf, type AuditedServer, type Exchange } from './server.ts';

/** An offered mutation that is a step. */
export interface Step extends StepRule {
  readonly field: GraphQLField<unknown, unknown>;
  readonly name: string;
  readonly module: ModuleName;
}

/** Aid with money, or of a form without: their lives part. */
export type Variant = 'MONEY' | 'NO_MONEY';

export interface Made {
  readonly id: string;
  readonly variant: Variant;
  /** Of the last call. */
  readonly sent: string;
  /** The payload's record of the last call. */
  readonly record: Readonly<Record<string, unknown>>;
}

let calls = 0;

/** Makes records at the server under audit; each call has a key of its own. */
export class Maker {
  readonly #server: AuditedServer;
  /** Steps that were carried out, and led where the contract says. */
  readonly seen = new Set<string>();

  constructor(server: AuditedServer) {
    this.#server = server;
  }

  /** Steps of a record's type that this audit may call: of signed calls no local ones. */
  steps(type?: string): readonly Step[] {
    return this.#server.offered.fields('Mutation').flatMap((field) => {
      const step = stepOf(field.name);
      if (!step || (type !== undefined && step.of !== type)) return [];
      if (isLocal(field.name) && this.#server.signer !== undefined) return [];
      return [{ ...step, field, name: field.name, module: fieldModule('Mutation', field.name) }];
    });
  }

  /** Statuses to which steps lead. */
  statuses(type: string): readonly string[] {
    const all = this.steps(type).flatMap(({ to }) => to ?? []);
    return [...new Set(all)].filter((status) => this.#path(type, status) !== undefined);
  }

  /** A new record in a status. */
  async make(type: string, status: string, variant: Variant = 'MONEY'): Promise<Made> {
    const wanted = status === 'COMPLETED' ? 'NO_MONEY' : variant;
    const path = this.#path(type, status);
    if (!path) throw new NotChecked(`no offered mutations lead a ${type} to ${status}`);
    let made: Made | undefined;
    for (const step of path) made = await this.take(step, made, wanted);
    if (!made) throw new NotChecked(`no offered mutation makes a ${type}`);
    return made;
  }

  /** One step, of a new record or of one that was made. */
  async take(
    step: Step,
    of?: Pick<Made, 'id'>,
    variant: Variant = 'MONEY',
    given: Readonly<Record<string, unknown>> = {},
  ): Promise<Made> {
    const call = await this.call(step, of, variant, given);
    const fields = step.name === 'addFamilyMember' ? 'id status family { key }' : 'id status';
    const exchange = await this.send(call, fields);
    const payload = dataOf(exchange)[call.name] as Record<string, Made['record'] | null> | null;
    const record = payload?.[call.record];
    if (typeof record?.['id'] !== 'string') {
      throw new Violation(exchange.sent, cameIn(exchange), `The ${call.record}.`);
    }
    const isSame = step.from.length === 0 || record['id'] === of?.id;
    if (isSame && record['status'] === step.to) this.seen.add(step.name);
    // Of what takes the place of the record, the record itself is meant.
    const id = isSame ? record['id'] : (of?.id ?? record['id']);
    return { id, variant, sent: exchange.sent, record };
  }

  /** Calls a mutation by an actor, the first kind that may by default. */
  async send(call: MutationCall, fields = 'id', actor?: string): Promise<Exchange> {
    const [kind = 'OFFICER'] = actorsOf(call.name) ?? [];
    return await this.#server.ask(mutationQuery(call, fields), {
      variables: { input: call.input },
      actor: actor ?? this.#server.actor(kind),
    });
  }

  /** A step's call with an input that would be carried out: whatever it refers to is made for it. */
  async call(
    step: Pick<Step, 'field' | 'name'>,
    of?: Pick<Made, 'id'>,
    variant: Variant = 'MONEY',
    given: Readonly<Record<string, unknown>> = {},
  ): Promise<MutationCall> {
    const need = needs[step.name];
    const input = {
      ...(need && (await need({ maker: this, server: this.#server, of, variant, given }))),
      ...(of && { id: of.id }),
      ...given,
    };
    const call = await mutationCall(this.#server, step.field, newKey(step.name), input);
    if (!call)
      throw new NotChecked(`there is nothing to call ${step.name} with: load records first`);
    return call;
  }

  /** A step by its name. */
  step(name: string): Step {
    const step = this.steps().find((each) => each.name === name);
    if (!step) throw new NotChecked(`${name} is not offered to this audit`);
    return step;
  }

  /** The shortest way to a status. */
  #path(type: string, status: string): readonly Step[] | undefined {
    const steps = this.steps(type);
    const ways = new Map<string, readonly Step[]>();
    for (let isNew = true; isNew && !ways.has(status);) {
      isNew = false;
      for (const step of steps) {
        if (step.to === null || ways.has(step.to)) continue;
        const before = step.from.length === 0 ? [] : firstOf(step.from, ways);
        if (!before) continue;
        ways.set(step.to, [...before, step]);
        isNew = true;
      }
    }
    return ways.get(status);
  }
}

/** A key that no other call of this process has. */
export function newKey(purpose: string): string {
  calls += 1;
  return `${purpose}-${calls}`;
}

function firstOf<T>(names: readonly string[], ways: ReadonlyMap<string, T>): T | undefined {
  const found = names.find((name) => ways.has(name));
  return found === undefined ? undefined : ways.get(found);
}

interface Need {
  readonly maker: Maker;
  readonly server: AuditedServer;
  readonly of: Pick<Made, 'id'> | undefined;
  readonly variant: Variant;
  readonly given: Readonly<Record<string, unknown>>;
}

/** Credited by the audit's own funds before anything is approved: more than all its grants ask for. */
const fundFen = 100_000;

/** What a step needs beyond values of its input's types. */
const needs: Readonly<Record<string, (need: Need) => Promise<Record<string, unknown>>>> = {
  issueCard: async ({ maker, server, given }) => {
    const { cardKinds } = await platformInfo(server);
    const kind = cardKinds.find(({ functions }) => functions.includes('INSURANCE')) ?? cardKinds[0];
    if (!kind) throw new NotChecked('the platform issues no kind of card');
    return {
      kind: kind.code,
      memberId: given['memberId'] ?? (await maker.make('Member', 'ACTIVE')).id,
    };
  },
  useCard: async ({ server }) => {
    const { cardKinds } = await platformInfo(server);
    const kind = cardKinds.find(({ functions }) => functions.includes('INSURANCE')) ?? cardKinds[0];
    return { function: kind?.functions[0] };
  },
  submitCardClaim: async ({ maker }) => ({ cardId: (await maker.make('Card', 'ACTIVE')).id }),
  startAidProgramme: async ({ maker, variant, given }) => {
    if (variant === 'NO_MONEY') return { form: 'TRAINING' };
    if (given['fundId'] !== undefined) return { form: 'CASH' };
    const fund = await maker.make('AidFund', 'OPEN');
    await maker.take(maker.step('creditAidFund'), fund, variant, { amountFen: fundFen });
    return { form: 'CASH', fundId: fund.id };
  },
  applyForAid: async ({ maker, server, variant, given }) => ({
    programmeId: given['programmeId'] ?? (await maker.make('AidProgramme', 'OPEN', variant)).id,
    name: `审计${server.run}`,
    ...(variant === 'MONEY' && { amountFen: 1 }),
  }),
  pairCadre: async ({ maker, server }) => ({
    hardshipWorkerId: (await maker.make('HardshipWorker', 'REGISTERED')).id,
    cadre: `${server.run}-${newKey('cadre')}`,
  }),
  askSupervision: async ({ maker, given }) =>
    'metric' in given ? {} : { requestId: (await maker.make('ServiceRequest', 'SUBMITTED')).id },
  fileDataDoubt: async ({ maker, given }) => ({
    field: 'ServiceRequest.category',
    recordId: given['recordId'] ?? (await maker.make('ServiceRequest', 'SUBMITTED')).id,
  }),
  returnData: async ({ maker, given }) => ({
    recordId: given['recordId'] ?? (await maker.make('ServiceRequest', 'SUBMITTED')).id,
  }),
  removeFamilyMember: async ({ maker, of, given }) => {
    if ('key' in given || !of) return {};
    const { record } = await maker.take(maker.step('addFamilyMember'), of);
    const [member] = (record['family'] ?? []) as readonly { readonly key: string }[];
    return { key: member?.key };
  },
};
