/** The fan-out: how the subgraph `municipal`, one contract, is answered by many owners. */
export { Breakers } from './breaker.ts';
export type { BreakerOptions } from './breaker.ts';
export { createMunicipalDataSource } from './data-source.ts';
export type { MunicipalOptions } from './data-source.ts';
export { noteQueryPlan } from './time.ts';
export { createTransport } from './transport.ts';
export type { Transport } from './transport.ts';
