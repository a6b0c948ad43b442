/** What the province knows of grants: what clients ask of platforms, what platforms let them ask. */
import { ask, type Answer } from './client.ts';
import { list, nullable, object, text, truth, type Read, type Reads } from './read.ts';

const client = object({ id: text, name: text, nameEn: text, kind: text });
export type Client = Reads<typeof client>;

const application = object({
  id: text,
  clientId: text,
  client: nullable(client),
  scopes: list(text),
  purpose: text,
  reason: text,
  until: nullable(text),
  submittedAt: text,
  dueAt: text,
  isOverdue: truth,
  decisions: list(object({ platformCode: text, status: text })),
});
export type GrantApplication = Reads<typeof application>;

const grant = object({
  id: text,
  clientId: text,
  client: nullable(client),
  platformCode: text,
  scopes: list(text),
  purpose: text,
  until: nullable(text),
  grantedAt: text,
});
export type Grant = Reads<typeof grant>;

/** Empty: any. */
export interface GrantFilter {
  readonly platform: string;
  readonly client: string;
}

const clientFields = /* GraphQL */ `client { id name nameEn kind }`;

export async function askClients(signal: AbortSignal): Promise<Answer<readonly Client[]>> {
  const document = /* GraphQL */ `
    query Clients {
      clients {
        id
        name
        nameEn
        kind
      }
    }
  `;
  const answer = await ask(document, {}, object({ clients: list(client) }), signal);
  return { ...answer, data: answer.data.clients };
}

/** Those that a platform has not decided. */
export function askWaiting(
  filter: GrantFilter,
  signal: AbortSignal,
): Promise<Answer<readonly GrantApplication[]>> {
  const document = /* GraphQL */ `
    query WaitingApplications($platform: ID, $client: ID, $after: String) {
      page: grantApplications(
        platform: $platform, client: $client, statuses: [SUBMITTED], first: 200, after: $after
      ) {
        nodes {
          id clientId ${clientFields} scopes purpose reason until submittedAt dueAt isOverdue
          decisions { platformCode status }
        }
        hasNextPage endCursor
      }
    }
  `;
  return askAll(document, filter, application, signal);
}

export function askLiveGrants(
  filter: GrantFilter,
  signal: AbortSignal,
): Promise<Answer<readonly Grant[]>> {
  const document = /* GraphQL */ `
    query LiveGrants($platform: ID, $client: ID, $after: String) {
      page: grants(
        platform: $platform, client: $client, statuses: [LIVE], first: 200, after: $after
      ) {
        nodes { id clientId ${clientFields} platformCode scopes purpose until grantedAt }
        hasNextPage endCursor
      }
    }
  `;
  return askAll(document, filter, grant, signal);
}

/** What a platform says to an application. */
export type Decision = {
  readonly application: string;
  readonly platform: string;
} & (
  | { readonly approve: true; readonly scopes: readonly string[]; readonly until: string | null }
  | { readonly approve: false; readonly reason: string }
);

export async function decideGrant(
  decision: Decision,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<void> {
  const document = /* GraphQL */ `
    mutation DecideGrant($input: DecideGrantInput!) {
      decideGrant(input: $input) {
        application {
          id
        }
      }
    }
  `;
  const shape = object({ decideGrant: object({ application: object({ id: text }) }) });
  await ask(document, { input: { ...decision, idempotencyKey } }, shape, signal);
}

export async function revokeGrant(
  revocation: { readonly id: string; readonly reason: string | null },
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<void> {
  const document = /* GraphQL */ `
    mutation RevokeGrant($input: RevokeGrantInput!) {
      revokeGrant(input: $input) {
        grant {
          id
        }
      }
    }
  `;
  const shape = object({ revokeGrant: object({ grant: object({ id: text }) }) });
  await ask(document, { input: { ...revocation, idempotencyKey } }, shape, signal);
}

/** Page after page: the lists are newest first, and what has waited longest is at their end. */
async function askAll<T>(
  document: string,
  { platform, client: id }: GrantFilter,
  node: Read<T>,
  signal: AbortSignal,
): Promise<Answer<readonly T[]>> {
  const shape = object({
    page: object({ nodes: list(node), hasNextPage: truth, endCursor: nullable(text) }),
  });
  const filter = { platform: platform || null, client: id || null };
  const all: T[] = [];
  const asked: string[] = [];
  for (let after: string | null = null; ;) {
    const {
      data,
      problems,
      questions = [],
    }: Answer<Reads<typeof shape>> = await ask(document, { ...filter, after }, shape, signal);
    all.push(...data.page.nodes);
    asked.push(...questions);
    after = data.page.endCursor;
    if (!data.page.hasNextPage) return { data: all, problems, questions: asked };
  }
}
