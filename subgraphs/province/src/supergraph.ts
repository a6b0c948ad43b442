/** Composes the net's supergraph: the contract once, the links between owners, and the province's own subgraphs. */
import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { municipalSdl, references } from '@onenet/contract';
import { linksSdl } from '@onenet/links';
import { analyticsSdl } from '@onenet/analytics/sdl';
import { parse } from 'graphql';
import { mergeAdditions, type MergedAdditions, type PlatformAdditions } from './additions.ts';

export type { PlatformAdditions } from './additions.ts';

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

/**
 * The subgraphs of the net, by name. The number of owners does not matter: `municipal` is all of
 * them, and what they add to the contract is one subgraph more.
 */
export function netSubgraphs(owners: readonly PlatformAdditions[] = []): readonly Subgraph[] {
  const additions = additionsSubgraph(owners);
  return [
    ...(additions ? [additions] : []),
    { name: 'analytics', sdl: analyticsSdl },
    { name: 'links', sdl: linksSdl([...references(), ...(additions?.references ?? [])]) },
    { name: 'municipal', sdl: municipalSdl() },
    { name: 'province', sdl: provinceSdl },
  ];
}

/** The subgraph of all additions, with the references that `links` derives from them; null when there are none. */
export function additionsSubgraph(
  owners: readonly PlatformAdditions[],
): (Subgraph & MergedAdditions) | null {
  const additions = mergeAdditions(owners);
  return additions && { name: 'additions', ...additions };
}

/** The net's supergraph, and whose additions are not in it. */
export interface NetComposition {
  readonly supergraph: string;
  readonly accepted: readonly PlatformAdditions[];
  readonly refused: readonly { readonly code: string; readonly reason: string }[];
}

/** Composes with one more owner's additions; where that fails, those of `current` stay, and the reasons are told. */
export function composeWith(
  current: readonly PlatformAdditions[],
  candidate: PlatformAdditions,
): NetComposition {
  const others = current.filter(({ code }) => code !== candidate.code);
  try {
    const accepted = [...others, candidate];
    return { supergraph: composeSupergraph(netSubgraphs(accepted)), accepted, refused: [] };
  } catch (error) {
    const refused = [{ code: candidate.code, reason: messageOf(error) }];
    return { supergraph: composeSupergraph(netSubgraphs(current)), accepted: current, refused };
  }
}

/** Composes with all that compose together: of n owners one that does not costs 2 log n compositions. */
export function composeNet(owners: readonly PlatformAdditions[]): NetComposition {
  const refused: { code: string; reason: string }[] = [];
  let supergraph: string | undefined;
  const accept = (
    accepted: readonly PlatformAdditions[],
    more: readonly PlatformAdditions[],
  ): readonly PlatformAdditions[] => {
    const all = [...accepted, ...more];
    try {
      supergraph = composeSupergraph(netSubgraphs(all));
      return all;
    } catch (error) {
      const [only] = more;
      // The contract itself does not compose: nobody's additions are at fault.
      if (!only) throw error;
      if (more.length === 1) {
        refused.push({ code: only.code, reason: messageOf(error) });
        return accepted;
      }
      const half = more.length >> 1;
      return accept(accept(accepted, more.slice(0, half)), more.slice(half));
    }
  };
  const accepted = accept([], owners);
  supergraph ??= composeSupergraph(netSubgraphs(accepted));
  return { supergraph, accepted, refused };
}

/** The latest compositions by what they are made of: it takes seconds, and the same is asked for at start, at each check and where one is refused. */
const composed = new Map<string, string>();
const composedKept = 4;

/** Composes; what does not compose is refused with every reason, one a line. */
export function composeSupergraph(subgraphs: readonly Subgraph[]): string {
  const key = JSON.stringify(subgraphs.map(({ name, sdl }) => [name, sdl]));
  const supergraph = composed.get(key) ?? compose(subgraphs);
  composed.delete(key);
  composed.set(key, supergraph);
  const [oldest = key] = composed.keys();
  if (composed.size > composedKept) composed.delete(oldest);
  return supergraph;
}

function compose(subgraphs: readonly Subgraph[]): string {
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
