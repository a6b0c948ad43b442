/** Nets of any size: the same contract, so many owners, a fifth of them with additions. */
import {
  contractModules,
  contractVersion,
  type NetOwner,
  type NetSnapshot,
} from '@onenet/contract';
import { platforms } from '@onenet/platforms';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { madeUpAdditions } from '../additions/made-up.ts';

const cities = platforms.filter(({ kind }) => kind === 'CITY').map(({ code }) => code);
const modules = contractModules.map(({ name }) => name);
const withAdditions = 1 / 5;

/** Codes of a net of this size: those that add something come first. */
export function codesOf(size: number): readonly string[] {
  return Array.from({ length: size }, (_, n) => `W${String(n).padStart(4, '0')}`);
}

/** What the owners of a net of this size add. */
export function additionsOf(size: number): readonly ReturnType<typeof madeUpAdditions>[] {
  return codesOf(size)
    .slice(0, Math.floor(size * withAdditions))
    .map(madeUpAdditions);
}

/** The composed SDL of a net of this size, with one field more where it is to be another. */
export function supergraphOf(size: number, more = ''): string {
  return composeSupergraph(
    netSubgraphs(additionsOf(size)).map(({ name, sdl }) => ({
      name,
      sdl: name === 'province' ? `${sdl}\n${more}` : sdl,
    })),
  );
}

/** What the province would tell of it; `urlOf`: the GraphQL address of an owner. */
export function netOf(
  size: number,
  supergraph: string,
  urlOf: (code: string, n: number) => string,
): NetSnapshot {
  const additions = new Map(additionsOf(size).map((each) => [each.code, each.coordinates]));
  const nowhere = 'http://127.0.0.1:9/graphql';
  return {
    version: 1,
    revision: 1,
    contractVersion,
    supergraph,
    services: { province: nowhere, analytics: nowhere },
    clients: [],
    grants: [],
    owners: codesOf(size).map((code, n): NetOwner => {
      const graphqlUrl = urlOf(code, n);
      return {
        code,
        name: `演示 ${code}`,
        nameEn: code,
        kind: 'COUNTY',
        parent: null,
        connection: 'CONNECTED',
        graphqlUrl,
        eventsUrl: graphqlUrl.replace('/graphql', '/events'),
        addresses: 'ANY',
        serves: [cities[n % cities.length] ?? ''],
        modules,
        contractVersion,
        version: 1,
        lacks: [],
        additions: additions.get(code) ?? [],
        scope: { above: ['420000'] },
      };
    }),
  };
}
