/** Composes the net's supergraph: the contract once, the links between owners, and the province's own subgraphs. */
import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { municipalSdl } from '@onenet/contract';
import { linksSdl } from '@onenet/links';
import { analyticsSdl } from '@onenet/analytics/sdl';
import { parse } from 'graphql';

/** Federation SDL of the subgraph `province`. */
export const provinceSdl: string = readFileSync(
  new URL('../province.graphql', import.meta.url),
  'utf8',
);

/** One subgraph that takes part in the supergraph. */
export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
}

/** The subgraphs of the net, by name. The number of owners does not matter: `municipal` is all of them. */
export function netSubgraphs(): readonly Subgraph[] {
  return [
    { name: 'analytics', sdl: analyticsSdl },
    { name: 'links', sdl: linksSdl() },
    { name: 'municipal', sdl: municipalSdl() },
    { name: 'province', sdl: provinceSdl },
  ];
}

/** Composes; what does not compose is refused with every reason, one a line. */
export function composeSupergraph(subgraphs: readonly Subgraph[]): string {
  const result = composeServices(
    // The gateway decides by name where a subgraph answers, so the address here is a mere label.
    subgraphs.map(({ name, sdl }) => ({ name, url: `onenet:${name}`, typeDefs: parse(sdl) })),
  );
  if (result.supergraphSdl !== undefined) return result.supergraphSdl;
  const reasons = (result.errors ?? []).map(
    ({ message, extensions }) => `  ${String(extensions['code'])}: ${message}`,
  );
  const names = subgraphs.map((subgraph) => subgraph.name).join(', ');
  throw new Error(`The subgraphs ${names} do not compose:\n${reasons.join('\n')}`);
}
