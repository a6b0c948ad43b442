/** Operations to start from: the guide's, and those that are registered. */
import { at } from '#lib/address.ts';
import type { Fetch } from '#lib/api/client.ts';
import { Problem, type Answer } from '#lib/api/client.ts';
import { list, number, object, text, UnexpectedAnswer, type Reads } from '#lib/api/read.ts';
import { Kind, parse } from 'graphql';

export interface Example {
  /** Its words are in the messages. */
  readonly name: string;
  readonly query: string;
  /** JSON. */
  readonly variables: string;
}

const unions = {
  name: 'unions',
  query: `# 某地各平台的工会 | The unions of a place, over all owners
query Unions($place: ID, $after: String) {
  organizations(filter: { place: $place, kinds: [UNION] }, first: 20, after: $after) {
    edges { node { id name place { name } platform { code name } } }
    pageInfo { hasNextPage endCursor }
    totalCount
    completeness {
      asked
      answered
      notAsked { platform reason }
      missing { platform reason }
      resume
    }
  }
}
`,
  variables: json({ place: '420000' }),
};

/** The guide's, in the order in which one would try them. */
export const guideExamples = [
  unions,
  {
    name: 'stations',
    query: `query Stations($near: Near!) {
  stations(near: $near, orderBy: { field: DISTANCE }, first: 5) {
    edges { node { name distanceMetres place { name parent { name } } platform { name } } }
    totalCount
    completeness { asked answered missing { platform reason } }
  }
}
`,
    variables: json({ near: { latitude: 30.5928, longitude: 114.3055, withinMetres: 2000 } }),
  },
  {
    name: 'requests',
    query: `query RequestsOf($place: ID, $from: DateTime) {
  serviceRequests(filter: { place: $place, submittedFrom: $from }, first: 10) {
    edges { node { id title category status submittedAt dueAt platform { name } } }
    totalCount
    knownCount
    completeness { asked answered notAsked { platform reason } missing { platform reason } }
  }
}
`,
    variables: json({ place: '420000', from: '2016-01-01T00:00:00+08:00' }),
  },
  {
    name: 'catalogue',
    query: `query Catalogue($module: String) {
  catalogue(module: $module, first: 50) {
    nodes { coordinate type unit share scope isPersonal since }
    hasNextPage
    totalCount
  }
}
`,
    variables: json({ module: 'members' }),
  },
  {
    name: 'grants',
    query: `query MyGrants {
  clients { id name scopes purposes }
  grants(statuses: [LIVE]) { nodes { id platform { name } scopes purpose until } }
  grantApplications { nodes { id scopes purpose dueAt decisions { platformCode status reason } } }
}
`,
    variables: '',
  },
] as const satisfies readonly Example[];

/** What the editor holds at first. */
export const firstExample: Example = unions;

/** A mutation that asks these platforms for a scope, for whoever completes it. */
export function application(
  scope: string,
  platforms: readonly string[],
  purpose: string,
): Pick<Example, 'query' | 'variables'> {
  return {
    query: `mutation Apply($input: ApplyForGrantInput!) {
  applyForGrant(input: $input) {
    application { id dueAt decisions { platformCode status } }
  }
}
`,
    variables: json({
      input: { idempotencyKey: `${scope}-1`, platforms, scopes: [scope], purpose, reason: '' },
    }),
  };
}

const registered = object({
  name: text,
  version: number,
  description: text,
  descriptionEn: text,
  query: text,
});
export type Registered = Reads<typeof registered>;

/** What is registered and may be asked. */
export async function askRegistered(
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Answer<readonly Registered[]>> {
  const response = await fetch(at('/q'), { signal }).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new Problem('offline', null, 'the gateway cannot be reached', { cause });
  });
  if (response.status === 401) throw new Problem('signIn', 'CREDENTIALS_REQUIRED', '');
  const body: unknown = await response.json().catch(() => null);
  try {
    return { data: object({ documents: list(registered) })(body, 'q').documents, problems: [] };
  } catch (cause) {
    if (!(cause instanceof UnexpectedAnswer)) throw cause;
    throw new Problem('unexpected', null, cause.message, { cause });
  }
}

/** By the variable's name: values of the reference net with which something is found. */
const samples: Readonly<Record<string, unknown>> = {
  place: '420000',
  near: { latitude: 30.5928, longitude: 114.3055, withinMetres: 2000 },
  name: '工会',
  first: 10,
};

/** Values to begin with, as JSON. */
export function sampleVariables(query: string): string {
  const definitions = parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
  );
  const names = definitions.map(({ variable }) => variable.name.value);
  const known = names.filter((name) => name in samples);
  return json(Object.fromEntries(known.map((name) => [name, samples[name]])));
}

/** Names of the operations of a text, as far as it can be read; several need a choice. */
export function operationsIn(query: string): readonly string[] {
  try {
    return parse(query, { noLocation: true }).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.name
        ? [definition.name.value]
        : [],
    );
  } catch {
    // While it is written.
    return [];
  }
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
