/** The sidecar: the net's side of a platform, beside any GraphQL server. */
export { maxRequestBytes, startFront } from './front.ts';
export type { Call, Front, FrontOptions } from './front.ts';
export { BadOutbox } from './outbox.ts';
export { startSidecar } from './sidecar.ts';
export type { Sidecar, SidecarOptions } from './sidecar.ts';
