/** The province: registry of platforms, divisions, and the owner directory that the net runs by. */
export { startProvince } from './province.ts';
export type { Province, ProvinceOptions } from './province.ts';
export { referenceDocuments } from './documents/reference-documents.ts';
export type { PlatformAdditions } from './additions.ts';
export {
  additionsSubgraph,
  composeNet,
  composeSupergraph,
  composeWith,
  netSubgraphs,
  provinceSdl,
} from './supergraph.ts';
export type { NetComposition, Subgraph } from './supergraph.ts';
