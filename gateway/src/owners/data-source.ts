/** The data source of the subgraph `municipal`: one contract, many owners. */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { Signer } from '@onenet/assertion';
import { contractSchema, NetError } from '@onenet/contract';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context.ts';
import { Breakers } from './breaker.ts';
import type { Budgets } from './budget.ts';
import { PlanCache } from './compile.ts';
import type { JsonObject } from './conform.ts';
import { contractEntity } from './entities.ts';
import { EntityList, type EntityMaker } from './entity-list.ts';
import { errorAt } from './failure.ts';
import { Gathering } from './gather.ts';
import { mutate } from './mutate.ts';
import { OperationCache } from './operation-cache.ts';
import type { Plan } from './plan.ts';
import { partOutcome, tryOwnerOf } from './route.ts';
import { caught, coerceVariables, type Outcome, type Run, type Values } from './run.ts';
import { Offers } from './offers.ts';
import { netOf } from './scope.ts';
import { timeFor } from './time.ts';
import type { Transport } from './transport.ts';
import { Wave, type WaveTools } from './wave.ts';
import { contractWithholding, type Withholding } from './withheld.ts';

/** How owners are reached. */
export interface OwnersOptions {
  readonly transport: Transport;
  readonly breakers?: Breakers;
  /** How much owners let the net ask of them. */
  readonly budgets?: Budgets | undefined;
  /** Signs what owners are asked. */
  readonly signer?: Signer | undefined;
  /** Greatest size of one owner's answer; 8 MiB by default. */
  readonly maxAnswerBytes?: number;
}

/** What the fan-out needs. */
export interface MunicipalOptions extends OwnersOptions {
  /** The contract with the net's directives. */
  readonly contract?: GraphQLSchema;
}

export type OwnersDataSource = GraphQLDataSource<RequestContext & Record<string, unknown>>;

/** Answers every operation that the planner sends to `municipal`. */
export function createMunicipalDataSource(options: MunicipalOptions): OwnersDataSource {
  const plans = new PlanCache(options.contract ?? contractSchema());
  const tools = toolsOf(options, new OperationCache(), contractWithholding);
  return ownersDataSource(plans, tools, { entity: contractEntity, mayBeNothing: false });
}

/** What the waves of a data source share. */
export function toolsOf(
  options: OwnersOptions,
  operations: OperationCache,
  withholding: Withholding,
): WaveTools {
  return {
    withholding,
    transport: options.transport,
    breakers: options.breakers ?? new Breakers(),
    budgets: options.budgets,
    signer: options.signer,
    operations,
    maxAnswerBytes: options.maxAnswerBytes ?? 8 * 1024 * 1024,
  };
}

/** In what the subgraphs that owners answer differ. */
export interface OwnersSubgraph {
  readonly entity: EntityMaker;
  /** Whether a routed field's null is an answer, and not an id that leads nowhere. */
  readonly mayBeNothing: boolean;
}

/** Answers operations by owners: queries in one wave, mutation fields each by its owner. */
export function ownersDataSource(
  plans: PlanCache,
  tools: WaveTools,
  subgraph: OwnersSubgraph,
): OwnersDataSource {
  return {
    async process(call) {
      const text = call.request.query ?? '';
      if (!('incomingRequestContext' in call)) return { data: {} };
      const given: Values = call.request.variables ?? {};
      const { context } = call;
      try {
        const plan = plans.of(text, given);
        const offers = new Offers(context, tools.withholding);
        const step = context.plan?.stepOf(call.request);
        const run = { ...runOf(plan, given, context, offers, call.pathInIncomingRequest), step };
        const outcome =
          plan.kind === 'mutation'
            ? await mutate(run, tools, text)
            : await query(run, tools, text, subgraph);
        const data: JsonObject = { ...namesOf(plan), ...outcome.value };
        return outcome.errors.length > 0 ? { data, errors: outcome.errors } : { data };
      } catch (error) {
        return { data: null, errors: [errorAt([], caught({ context }, error))] };
      }
    },
  };
}

/** One wave: whatever the operation wants of an owner goes in one request. */
async function query(
  run: Run,
  tools: WaveTools,
  text: string,
  { entity, mayBeNothing }: OwnersSubgraph,
): Promise<Outcome<JsonObject>> {
  const wave = new Wave(run, tools);
  const gatherings = run.plan.gathers.map((field) => new Gathering(run, field, undefined));
  const entities = run.plan.entities.map((field) => new EntityList(run, field, entity));
  const owners = run.plan.routes.map((field) => tryOwnerOf(run, field));
  for (const gathering of gatherings) gathering.prepare(wave);
  for (const each of entities) each.prepare(wave);
  for (const [i, field] of run.plan.routes.entries()) {
    const owner = owners[i];
    if (owner && !(owner instanceof NetError)) wave.wantRouted(owner, field);
  }
  await wave.send(timeFor(run.context, text));
  const value: JsonObject = {};
  const errors: GraphQLFormattedError[] = [];
  const put = (key: string, outcome: Outcome): void => {
    value[key] = outcome.value;
    errors.push(...outcome.errors);
  };
  const putError = (key: string, error: NetError): void =>
    put(key, { value: null, errors: [errorAt([key], error)] });
  for (const [i, { selected }] of run.plan.gathers.entries()) {
    const list = gatherings[i]?.finish(wave);
    if (list instanceof NetError) putError(selected.key, list);
    else put(selected.key, { value: list, errors: [] });
  }
  for (const [i, field] of run.plan.routes.entries()) {
    const owner = owners[i];
    const { key } = field.selected;
    if (owner instanceof NetError) putError(key, owner);
    else if (owner) {
      const part = wave.routed(owner.code, field);
      const isNothing = mayBeNothing && !part.ok && part.failure.absent;
      if (isNothing) put(key, { value: null, errors: [] });
      else put(key, partOutcome(run, owner.code, part, [key]));
    }
  }
  for (const [i, { key }] of run.plan.entities.entries()) {
    const list = entities[i]?.finish(wave);
    if (list) put(key, list);
  }
  return { value, errors };
}

function runOf(
  plan: Plan,
  given: Values,
  context: RequestContext,
  offers: Offers,
  path: readonly (string | number)[] = [],
): Run {
  return {
    plan,
    given,
    variables: coerceVariables(plan, given),
    context,
    net: netOf(context.net),
    offers,
    path,
    asOf: new Date().toISOString(),
  };
}

function namesOf(plan: Plan): JsonObject {
  const name = plan.kind === 'mutation' ? 'Mutation' : 'Query';
  return Object.fromEntries(plan.typenames.map((key) => [key, name]));
}
