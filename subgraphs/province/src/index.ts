/** The province: registry of platforms, divisions, and the owner directory that the net runs by. */
export { startProvince } from './province.ts';
export type { Province, ProvinceOptions } from './province.ts';
export { composeSupergraph, netSubgraphs, provinceSdl } from './supergraph.ts';
export type { Subgraph } from './supergraph.ts';
