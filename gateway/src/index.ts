/** The gateway: one GraphQL endpoint over all owners. */
export { decideConditions } from './conditions.ts';
export { startGateway } from './gateway.ts';
export type { Gateway, GatewayOptions } from './gateway.ts';
export { readSupergraph } from './supergraph.ts';
