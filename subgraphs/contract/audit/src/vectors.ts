/** Test vectors: files that a team reads in its own tests, in any language. Here ours are checked by them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  bodyHashOf,
  isSignedBy,
  leafHash,
  parseJws,
  parseLeaf,
  publicKeyOf,
  rootFrom,
  type PublicJwk,
} from '@onenet/assertion';
import {
  compareCodePoints,
  comparePositions,
  decodeOwnerCursor,
  divisionContains,
  encodeOwnerCursor,
  haversineMetres,
  type Direction,
  type Position,
  type SortKey,
} from '@onenet/contract';
import { chainHead0, nextHead, type ChainAlgorithm } from '@onenet/feed';
import { same, type Outcome } from './outcome.ts';
import { matching, sealing, workingDays } from './people-vectors.ts';

export interface VectorResult {
  readonly file: string;
  readonly cases: number;
  /** What did not come out as the file says. */
  readonly failures: readonly string[];
}

/** Where the files are. */
export const vectorsFolder = fileURLToPath(new URL('../vectors/', import.meta.url));

/** Computes every case of every file with this implementation. */
export async function verifyVectors(): Promise<readonly VectorResult[]> {
  const results: VectorResult[] = [];
  for (const [name, cases] of Object.entries(files)) {
    const file = `${name}.json`;
    const content = JSON.parse(readFileSync(`${vectorsFolder}${file}`, 'utf8')) as never;
    const outcomes = await Array.fromAsync(cases(content));
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    results.push({ file, cases: outcomes.length, failures });
  }
  return results;
}

// What each file holds is what its check takes: the files are this package's own.
const files: Readonly<
  Record<string, (content: never) => Iterable<Outcome> | AsyncIterable<Outcome>>
> = {
  *cursors({ written, refused }: CursorVectors) {
    for (const { order, direction, key, id, cursor } of written) {
      const position = { order, direction, key, id };
      yield same(cursor, encodeOwnerCursor(position), cursor);
      yield same(cursor, decodeOwnerCursor(cursor), position);
    }
    for (const { cursor, order, direction } of refused) {
      yield same(`${cursor} is refused`, isRefused(cursor, { order, direction }), true);
    }
  },
  *order({ strings, positions, distances, divisions }: OrderVectors) {
    yield same('strings', strings.toSorted(compareCodePoints), strings);
    for (const { direction, rows } of positions) {
      const sorted = rows.toReversed().toSorted((a, b) => comparePositions(a, b, direction));
      yield same(`positions ${direction}`, sorted, rows);
    }
    for (const { from, to, metres } of distances) {
      yield same('distance', haversineMetres(from, to), metres);
    }
    for (const { within, code, contains } of divisions) {
      yield same(`${code} within ${within}`, divisionContains(within, code), contains);
    }
  },
  *chain({ code, lines, heads }: ChainVectors) {
    for (const [algorithm, wanted] of Object.entries(heads)) {
      let head = chainHead0(code, algorithm as ChainAlgorithm);
      yield same(`${algorithm} head 0`, head, wanted[0]);
      for (const [index, line] of lines.entries()) {
        head = nextHead(head, Buffer.from(line, 'utf8'));
        yield same(`${algorithm} head ${index + 1}`, head, wanted[index + 1]);
      }
    }
  },
  *assertion({ calls, signed, refused }: AssertionVectors) {
    for (const { jwk, assertion, payload } of signed) {
      const jws = parseJws(assertion);
      const isSigned = jws !== undefined && isSignedBy(jws, keyOf(jwk));
      yield same(`signed by ${jwk.alg}`, isSigned && jws.payload, payload);
    }
    for (const { why, jwk, assertion } of refused) {
      const jws = parseJws(assertion);
      yield same(`refused: ${why}`, jws !== undefined && isSignedBy(jws, keyOf(jwk)), false);
    }
    for (const { owner, method, path, body, header, leaf, root } of calls) {
      const parsed = parseLeaf(header);
      if (!parsed) {
        yield `${header} is no leaf`;
        continue;
      }
      const { salt, grant } = parsed;
      const hash = leafHash(salt, { owner, method, path, bodyHash: bodyHashOf(body), grant });
      yield same(`leaf of ${method} ${path}`, hash.toString('hex'), leaf);
      yield same(`root of ${method} ${path}`, rootFrom(hash, parsed)?.toString('base64url'), root);
    }
  },
  'working-days': workingDays,
  matching,
  sealing,
};

function keyOf(jwk: PublicJwk): Parameters<typeof isSignedBy>[1] {
  return { alg: jwk.alg, key: publicKeyOf(jwk) };
}

function isRefused(
  cursor: string,
  expected: { readonly order: string; readonly direction: Direction },
): boolean {
  try {
    decodeOwnerCursor(cursor, expected);
    return false;
  } catch {
    return true;
  }
}

interface CursorVectors {
  readonly written: readonly {
    readonly order: string;
    readonly direction: Direction;
    readonly key: SortKey;
    readonly id: string;
    readonly cursor: string;
  }[];
  /** In a list of this order. */
  readonly refused: readonly {
    readonly cursor: string;
    readonly order: string;
    readonly direction: Direction;
  }[];
}

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

interface OrderVectors {
  /** Ascending. */
  readonly strings: readonly string[];
  readonly positions: readonly {
    readonly direction: Direction;
    readonly rows: readonly Position[];
  }[];
  readonly distances: readonly {
    readonly from: Point;
    readonly to: Point;
    readonly metres: number;
  }[];
  readonly divisions: readonly {
    readonly within: string;
    readonly code: string;
    readonly contains: boolean;
  }[];
}

interface ChainVectors {
  readonly code: string;
  readonly lines: readonly string[];
  /** By algorithm: head 0, then one a line. */
  readonly heads: Readonly<Record<string, readonly string[]>>;
}

interface AssertionVectors {
  readonly calls: readonly {
    readonly owner: string;
    readonly method: string;
    readonly path: string;
    readonly body: string;
    /** `onenet-leaf`. */
    readonly header: string;
    /** Hexadecimal. */
    readonly leaf: string;
    /** As in the assertion's payload. */
    readonly root: string;
  }[];
  readonly signed: readonly {
    readonly jwk: PublicJwk;
    readonly assertion: string;
    readonly payload: object;
  }[];
  readonly refused: readonly {
    readonly why: string;
    readonly jwk: PublicJwk;
    readonly assertion: string;
  }[];
}
