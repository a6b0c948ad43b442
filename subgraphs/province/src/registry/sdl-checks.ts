/** What is checked of an SDL by its text alone. Runs in a worker: a stranger's text may take long. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { checkConformance, type Conformance } from '@onenet/contract';
import { GraphQLError, parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { composeNet, composeSupergraph, netSubgraphs } from '../supergraph.ts';
import type { NetComposition, PlatformAdditions } from '../supergraph.ts';
import type { Finding } from './report.ts';
import { sdlMembers } from './sdl-members.ts';

/** Bytes that an SDL may have. The whole contract has 40 thousand. */
export const maxSdlBytes = 1024 * 1024;
const maxTokens = 200_000;

export interface SdlCheck {
  /** Empty: it is valid GraphQL and valid Federation. */
  readonly invalid: readonly Finding[];
  /** Null when it is not valid. */
  readonly conformance: Conformance | null;
}

/** Composed, or why not. */
export type Composition =
  | { readonly supergraph: string }
  | { readonly supergraph: null; readonly findings: readonly Finding[] };

export const sdlChecks = {
  /** Whether an SDL is valid, and keeps the contract. */
  check(sdl: string, code: string, registered: readonly string[]): SdlCheck {
    const invalid = findInvalid(sdl);
    const isValid = invalid.length === 0;
    return { invalid, conformance: isValid ? checkConformance(sdl, code, registered) : null };
  },

  /** The net's supergraph with these additions. */
  compose(additions: readonly PlatformAdditions[]): Composition {
    try {
      return { supergraph: composeSupergraph(netSubgraphs(additions)) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reasons = message.split('\n').slice(1);
      const findings = (reasons.length > 0 ? reasons : [message]).map((reason) => ({
        code: 'DOES_NOT_COMPOSE',
        message: reason.trim(),
      }));
      return { supergraph: null, findings };
    }
  },

  /** The net's supergraph with all additions that compose; who is left out, and why. */
  composeNet(additions: readonly PlatformAdditions[]): NetComposition {
    return composeNet(additions);
  },

  /** Where the SDL that is served is another than the one that is published. */
  differences(published: string, served: string): readonly Finding[] {
    const [ours, theirs] = [sdlMembers(parse(published)), sdlMembers(readServed(served))];
    const coordinates = [...new Set([...ours.keys(), ...theirs.keys()])].toSorted();
    return (
      coordinates
        .filter((coordinate) => ours.get(coordinate) !== theirs.get(coordinate))
        // Of a type that one of them does not have, the members are not named too.
        .filter((coordinate) => {
          const [type = ''] = coordinate.split('.');
          return type === coordinate || (ours.has(type) && theirs.has(type));
        })
        .map((coordinate) => {
          const how = !theirs.has(coordinate)
            ? 'is published and not served'
            : ours.has(coordinate)
              ? 'is served otherwise than it is published'
              : 'is served and not published';
          return { code: 'SDL_DIFFERS', coordinate, message: `${coordinate} ${how}.` };
        })
    );
  },
};

function findInvalid(sdl: string): readonly Finding[] {
  const bytes = Buffer.byteLength(sdl);
  if (bytes > maxSdlBytes) {
    const message = `The SDL has ${bytes} bytes, and may have ${maxSdlBytes}.`;
    return [{ code: 'TOO_LARGE', message }];
  }
  let document: DocumentNode;
  try {
    document = parse(sdl, { maxTokens });
  } catch (error) {
    return [findingOf('SYNTAX', error)];
  }
  try {
    buildSubgraphSchema({ typeDefs: document });
    return [];
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error];
    return errors.flatMap(reasonsOf).map((each) => findingOf('NOT_VALID', each));
  }
}

/** What a platform serves is a stranger's text as well. */
function readServed(sdl: string): DocumentNode {
  return parse(sdl, { maxTokens });
}

/** @apollo/subgraph puts several errors into one. */
function reasonsOf(error: unknown): readonly unknown[] {
  const nested = error instanceof Error && 'errors' in error ? error.errors : undefined;
  return Array.isArray(nested) && nested.length > 0 ? nested : [error];
}

function findingOf(code: string, error: unknown): Finding {
  const line = error instanceof GraphQLError ? error.locations?.[0]?.line : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return { code, message, ...(line === undefined ? {} : { line }) };
}
