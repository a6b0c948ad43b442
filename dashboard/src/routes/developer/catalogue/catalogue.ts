/** The net's catalogue: what there is to be had, on which terms, from whom. */
import { ask, type Answer, type Fetch } from '#lib/api/client.ts';
import { list, nullable, number, object, text, truth, type Reads } from '#lib/api/read.ts';
import { office, officeFields, type Office } from '#lib/api/platforms.ts';
import type { Page } from '#lib/api/records.ts';

const platform = object({ code: text, name: text, nameEn: text });
export type CataloguePlatform = Reads<typeof platform>;

const field = object({
  coordinate: text,
  module: text,
  type: text,
  description: nullable(text),
  unit: nullable(text),
  share: text,
  scope: text,
  isPersonal: truth,
  since: nullable(text),
  freshness: text,
  freshAt: nullable(text),
  addedBy: nullable(platform),
  offeredBy: list(platform),
  lackedBy: list(platform),
});
export type CatalogueField = Reads<typeof field>;

/** Empty: any. */
export interface CatalogueFilter {
  readonly module: string;
  readonly share: string;
  readonly scope: string;
  readonly search: string;
}

const pageSize = 25;

export async function askCatalogue(
  filter: CatalogueFilter,
  after: string | null,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Answer<Page<CatalogueField>>> {
  const document = /* GraphQL */ `
    query Catalogue(
      $module: String
      $share: ShareAttribute
      $scope: String
      $search: String
      $first: Int
      $after: String
    ) {
      catalogue(
        module: $module
        share: $share
        scope: $scope
        search: $search
        first: $first
        after: $after
      ) {
        nodes {
          coordinate
          module
          type
          description
          unit
          share
          scope
          isPersonal
          since
          freshness
          freshAt
          addedBy {
            code
            name
            nameEn
          }
          offeredBy {
            code
            name
            nameEn
          }
          lackedBy {
            code
            name
            nameEn
          }
        }
        hasNextPage
        endCursor
        totalCount
      }
    }
  `;
  const shape = object({
    catalogue: object({
      nodes: list(field),
      hasNextPage: truth,
      endCursor: nullable(text),
      totalCount: number,
    }),
  });
  const given = Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [name, value === '' ? null : value]),
  );
  const variables = { ...given, first: pageSize, after };
  const answer = await ask(document, variables, shape, signal, fetch);
  const { nodes, hasNextPage, endCursor, totalCount } = answer.data.catalogue;
  const data = {
    rows: nodes,
    hasNextPage,
    endCursor,
    totalCount,
    knownCount: totalCount,
    completeness: null,
  };
  return { ...answer, data };
}

/** Who has granted the client which scope: code by scope. */
export async function askGranted(
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Answer<ReadonlyMap<string, ReadonlySet<string>>>> {
  const document = /* GraphQL */ `
    query OwnGrants {
      grants(statuses: [LIVE], first: 200) {
        nodes {
          platformCode
          scopes
        }
      }
    }
  `;
  const grant = object({ platformCode: text, scopes: list(text) });
  const shape = object({ grants: object({ nodes: list(grant) }) });
  const answer = await ask(document, {}, shape, signal, fetch);
  const granted = new Map<string, Set<string>>();
  for (const { platformCode, scopes } of answer.data.grants.nodes) {
    for (const scope of scopes) {
      granted.set(scope, (granted.get(scope) ?? new Set()).add(platformCode));
    }
  }
  return { ...answer, data: granted };
}

/** Who answers for which platform's data: by code; null: nobody is named. */
export async function askOffices(
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Answer<ReadonlyMap<string, Office | null>>> {
  const document = /* GraphQL */ `
    query Offices { platforms { code ${officeFields} } }
  `;
  const responsible = object({ code: text, responsible: nullable(office) });
  const shape = object({ platforms: list(responsible) });
  const answer = await ask(document, {}, shape, signal, fetch);
  const data = new Map(answer.data.platforms.map((each) => [each.code, each.responsible]));
  return { ...answer, data };
}
