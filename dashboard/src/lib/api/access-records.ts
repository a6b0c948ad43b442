/** Who was given what, as analytics has it: by client, platform and day, and request by request. */
import { askAnalytics, type Answer } from './client.ts';
import type { GrantFilter } from './grants.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';
import type { Page } from './records.ts';

const summary = object({
  client: text,
  platform: text,
  day: text,
  requests: number,
  rows: number,
  fields: list(text),
});
export type AccessSummary = Reads<typeof summary>;

const record = object({
  sequence: text,
  at: text,
  requestId: nullable(text),
  count: number,
  client: nullable(text),
  person: nullable(text),
  purpose: nullable(text),
  operation: nullable(text),
  kind: nullable(text),
  coordinates: list(text),
  result: text,
  codes: list(text),
  rows: nullable(number),
  owners: list(object({ platform: text, outcome: text, rows: nullable(number) })),
});
export type AccessRecord = Reads<typeof record>;

/** The newest days first. */
export async function askAccessSummary(
  filter: GrantFilter,
  signal: AbortSignal,
): Promise<Answer<readonly AccessSummary[]>> {
  const document = /* GraphQL */ `
    query AccessSummary($filter: AccessFilter) {
      accessSummary(filter: $filter, first: 200) {
        client
        platform
        day
        requests
        rows
        fields
      }
    }
  `;
  const shape = object({ accessSummary: list(summary) });
  const answer = await askAnalytics(document, { filter: given(filter) }, shape, signal);
  return { ...answer, data: answer.data.accessSummary };
}

/** The newest first. */
export async function askAccessRecords(
  filter: GrantFilter,
  after: string | null,
  signal: AbortSignal,
): Promise<Answer<Page<AccessRecord>>> {
  const document = /* GraphQL */ `
    query AccessRecords($filter: AccessFilter, $after: String) {
      accessRecords(filter: $filter, first: 20, after: $after) {
        edges {
          node {
            sequence
            at
            requestId
            count
            client
            person
            purpose
            operation
            kind
            coordinates
            result
            codes
            rows
            owners {
              platform
              outcome
              rows
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `;
  const shape = object({
    accessRecords: object({
      edges: list(object({ node: record })),
      pageInfo: object({ hasNextPage: truth, endCursor: nullable(text) }),
    }),
  });
  const answer = await askAnalytics(document, { filter: given(filter), after }, shape, signal);
  const { edges, pageInfo } = answer.data.accessRecords;
  const rows = edges.map(({ node }) => node);
  const uncounted = { totalCount: null, knownCount: null, completeness: null };
  return { ...answer, data: { ...uncounted, ...pageInfo, rows } };
}

function given({ platform, client }: GrantFilter): object {
  return { platform: platform || null, client: client || null };
}
