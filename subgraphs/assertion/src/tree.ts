/** The Merkle tree over a fan-out's calls: every owner can check that its call is in it, and learns of no other. */
import { hash, randomBytes, randomInt } from 'node:crypto';

/** Bytes of a leaf, a node and the root: SHA-256. */
export const hashBytes = 32;

/**
 * The depths that a tree may have: for up to 32, 256, 4,096 and 65,536 calls. The depth is all that
 * an owner sees of the fan-out's size, so one call and 32 calls look alike.
 */
export const treeDepths = [5, 8, 12, 16] as const;

/** Where a leaf stands: what its owner needs to compute the root. */
export interface Place {
  readonly index: number;
  /** The sibling at each level, from the leaf upwards, one after another. */
  readonly path: Buffer;
}

/** Puts the leaves at random places of a tree that is filled up with random bytes. */
export function plant(leaves: readonly Buffer[]): {
  readonly root: Buffer;
  readonly places: readonly Place[];
} {
  const depth = treeDepths.find((each) => leaves.length <= 2 ** each);
  if (leaves.length === 0 || depth === undefined) {
    throw new RangeError(`${leaves.length} calls: a tree takes from 1 to ${2 ** 16}.`);
  }
  const indexes = randomPlaces(leaves.length, 2 ** depth);
  const paths: Buffer[][] = leaves.map(() => []);
  let level = new Map(indexes.map((index, call) => [index, leaves[call] as Buffer]));
  for (let height = 0; height < depth; height++) {
    const above = new Map<number, Buffer>();
    // A subtree of padding alone is random bytes itself: nobody could tell it from a hash.
    const at = (index: number): Buffer => {
      const known = level.get(index);
      if (known) return known;
      const padding = randomBytes(hashBytes);
      level.set(index, padding);
      return padding;
    };
    for (const [call, path] of paths.entries()) path.push(at(((indexes[call] ?? 0) >> height) ^ 1));
    for (const index of level.keys()) {
      if (index % 2 === 0) above.set(index >> 1, nodeHash(at(index), at(index + 1)));
    }
    level = above;
  }
  return {
    root: level.get(0) as Buffer,
    places: paths.map((path, call) => ({ index: indexes[call] ?? 0, path: Buffer.concat(path) })),
  };
}

/** The root that a leaf at a place leads to; undefined when it is no place of a tree. */
export function rootFrom(leaf: Buffer, { index, path }: Place): Buffer | undefined {
  const depth = path.length / hashBytes;
  if (!treeDepths.some((each) => each === depth) || index < 0 || index >= 2 ** depth) {
    return undefined;
  }
  let node = leaf;
  for (let height = 0; height < depth; height++) {
    const sibling = path.subarray(height * hashBytes, (height + 1) * hashBytes);
    node = (index >> height) % 2 === 0 ? nodeHash(node, sibling) : nodeHash(sibling, node);
  }
  return node;
}

const nodePrefix = Buffer.of(0x01);

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');
}

/** Different places below `size`, each choice as likely as any other (Fisher and Yates, as far as needed). */
function randomPlaces(count: number, size: number): number[] {
  const all = Array.from({ length: size }, (_, index) => index);
  for (let i = 0; i < count; i++) {
    const j = randomInt(i, size);
    [all[i], all[j]] = [all[j] as number, all[i] as number];
  }
  return all.slice(0, count);
}
