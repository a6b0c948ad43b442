/** The subgraph `links`: how the planner hops from a record to another owner's. */
export { composedReferences } from './composed.ts';
export { createLinksDataSource, linksResolvers } from './data-source.ts';
export { linksSdl } from './sdl.ts';
