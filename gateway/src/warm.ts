/** Planning in advance: by which variables an operation gets through to the planner, and how a data source knows that nobody asks. */
import { localCaller, type NetSnapshot } from '@onenet/contract';
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { OperationReport, type RequestContext } from './context.ts';
import { chooseOperation } from './document.ts';
import type { PreparedOperation } from './prepared.ts';
import { typeReferred } from './selections.ts';

/** How much is planned before a generation takes requests: a change must not come late for it. */
export const warmLimits = { operations: 200, ms: 700 } as const;

const warming = new WeakSet<OperationReport>();

/** The context of an operation that is planned for nobody. */
export function warmingContext(): RequestContext {
  const report = new OperationReport();
  warming.add(report);
  const net: NetSnapshot = {
    version: 1,
    revision: 0,
    contractVersion: '',
    supergraph: '',
    services: { province: '', analytics: '' },
    clients: [],
    grants: [],
    owners: [],
  };
  return {
    requestId: 'warming',
    caller: localCaller,
    net,
    netNow: () => net,
    deadlineAt: 0,
    completeness: 'BEST_EFFORT',
    signal: AbortSignal.abort(),
    report,
  };
}

/** Whether an operation is planned for nobody, so that nobody may be asked. */
export function isWarming(report: OperationReport): boolean {
  return warming.has(report);
}

/** Values of the right types for the variables that must have one; the plan does not depend on them. */
export function sampleVariables(
  schema: GraphQLSchema,
  { document, name }: PreparedOperation,
): Readonly<Record<string, unknown>> {
  const { variableDefinitions = [] } = chooseOperation(document, name);
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, type: node, defaultValue }) => {
      const type = typeReferred(schema, node);
      const isRequired = isNonNullType(type) && !defaultValue;
      return isRequired ? [[variable.name.value, sample(type)]] : [];
    }),
  );
}

function sample(type: GraphQLType): unknown {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isScalarType(type)) return samples[type.name] ?? 'x';
  if (!isInputObjectType(type)) return undefined;
  const required = Object.values(type.getFields()).filter((field) => isRequiredInputField(field));
  return Object.fromEntries(required.map((field) => [field.name, sample(field.type)]));
}

const samples: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2000-01-01T00:00:00Z',
};
