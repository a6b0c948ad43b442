/** The 17 city-level owners of the fan-out, and what each side asks of them. */
import { platforms } from '@onenet/platforms';

export const cities = platforms.filter(({ kind }) => kind === 'CITY').map(({ code }) => code);

/** Rows that each owner holds: 17 × 5 fit on one page of 100, some 40 KB of answer. */
export const rowsPerOwner = 5;

const node = `id title category channel status placeCode submittedAt updatedAt organizationId
  dueAt resolvedAt overdue handler supervised reopenedCount rating maskedApplicantName`;

/** One operation of the contract for all owners. */
export const contractQuery = `query Fan($text: String) {
  serviceRequests(first: 100, filter: { titleContains: $text }) {
    edges { node { ${node} } }
    pageInfo { hasNextPage endCursor }
    completeness { asked answered missing { platform reason } }
  }
}`;

/** The same of one owner, without cursors and the net's own fields: the least that an owner can be asked. */
export const ownerQuery = `query Fan($text: String) {
  serviceRequests(first: 100, filter: { titleContains: $text }) {
    edges { node { ${node} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** With a type per city, a client must name each. */
export const stockQuery = `query Fan($text: String) {
  ${cities.map((code) => `p${code}: p${code}ServiceRequests(first: 100, text: $text) { edges { node { ${node} } } pageInfo { hasNextPage endCursor } }`).join('\n  ')}
}`;

/** A subgraph with concrete types of one city, as stock Federation wants it. */
export function stockSdl(code: string): string {
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  type Query { p${code}ServiceRequests(first: Int, text: String): P${code}Connection }
  type P${code}Connection { edges: [P${code}Edge!]! pageInfo: PageInfo! }
  type P${code}Edge { node: P${code}ServiceRequest! }
  type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }
  type P${code}ServiceRequest @key(fields: "id") {
    id: ID! title: String! category: String! channel: String! status: String! placeCode: ID!
    submittedAt: String! updatedAt: String! organizationId: ID dueAt: String resolvedAt: String
    overdue: Boolean handler: String supervised: Boolean reopenedCount: Int rating: Int
    maskedApplicantName: String
  }`;
}
