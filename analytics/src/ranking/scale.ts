/** What makes values of unlike platforms comparable: rates, bounds, means and places. Numbers in, numbers out. */
import type { FormulaPart } from './formula.ts';

/** One part of one platform, as far as it is known before its peers are. */
export interface Known {
  /** Per head where the formula says so. */
  readonly value: number;
  /** How many it was made of; 0 where the formula asks for none. */
  readonly sample: number;
}

/** The scaled value of one of `peers`, which are all that count, itself among them. */
export function scaled(part: FormulaPart, own: Known, peers: readonly Known[]): number {
  switch (part.scale) {
    case 'RAW':
      return own.value;
    case 'WILSON':
      return 100 * wilsonLower(own.value, own.sample, part.z);
    case 'SHRUNK_MEAN': {
      const drawn = shrunk(own, pooledMean(peers), part.prior);
      return (100 * (drawn - part.from)) / (part.to - part.from);
    }
    case 'PERCENTILE': {
      const place = percentile(
        own.value,
        peers.map(({ value }) => value),
      );
      return part.lessIsBetter ? 100 - place : place;
    }
  }
}

/** https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval */
export function wilsonLower(share: number, n: number, z: number): number {
  // Corrections of one period may count in another.
  const p = Math.min(1, Math.max(0, share));
  const middle = p + z ** 2 / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return Math.max(0, (middle - half) / (1 + z ** 2 / n));
}

/** A mean of few says little: it stands for as much as it is of, the peers' mean for `prior`. */
function shrunk({ value, sample }: Known, mean: number, prior: number): number {
  return (value * sample + mean * prior) / (sample + prior);
}

function pooledMean(peers: readonly Known[]): number {
  const n = peers.reduce((sum, { sample }) => sum + sample, 0);
  return peers.reduce((sum, { value, sample }) => sum + value * sample, 0) / n;
}

/** From 0 (the least of all) to 100 (the greatest), of two at least. */
function percentile(value: number, all: readonly number[]): number {
  const below = all.filter((other) => other < value).length;
  const equal = all.filter((other) => other === value).length;
  return (100 * (below + (equal - 1) / 2)) / (all.length - 1);
}
