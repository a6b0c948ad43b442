/** Test vectors of what concerns people and their time: deadlines, hashed identity numbers, sealed records. */
import {
  identityHash,
  open,
  parseIdentityNumber,
  seal,
  workingDaysAfter,
  workingDaysBefore,
  type SealingKey,
} from '@onenet/contract';
import { same, type Outcome } from './outcome.ts';

export interface WorkingDayVectors {
  readonly cases: readonly {
    readonly time: string;
    /** Negative: before. */
    readonly days: number;
    readonly at: string;
  }[];
}

export function* workingDays({ cases }: WorkingDayVectors): Iterable<Outcome> {
  for (const { time, days, at } of cases) {
    const step = days < 0 ? workingDaysBefore : workingDaysAfter;
    const came = step(new Date(time), Math.abs(days)).toISOString();
    yield same(`${days} working days from ${time}`, came, at);
  }
}

export interface MatchingVectors {
  readonly hashes: readonly {
    readonly key: string;
    readonly number: string;
    readonly hash: string;
  }[];
  readonly refused: readonly { readonly why: string; readonly number: string }[];
}

export async function* matching({ hashes, refused }: MatchingVectors): AsyncIterable<Outcome> {
  for (const { key, number, hash } of hashes) {
    yield same(`hash of ${number}`, identityHash(Buffer.from(key, 'base64url'), number), hash);
  }
  for (const { why, number } of refused) {
    yield await refuses(why, () => parseIdentityNumber(number));
  }
}

export interface SealingVectors extends SealingKey {
  readonly opened: readonly { readonly sealed: string; readonly data: object }[];
  readonly refused: readonly { readonly why: string; readonly sealed: string }[];
}

export async function* sealing(vectors: SealingVectors): AsyncIterable<Outcome> {
  const { publicJwk, privateJwk, opened, refused } = vectors;
  for (const { sealed, data } of opened) {
    yield same('opened', await open(privateJwk, sealed), data);
    yield same('sealed and opened', await open(privateJwk, await seal(publicJwk, data)), data);
  }
  for (const { why, sealed } of refused) yield await refuses(why, () => open(privateJwk, sealed));
}

async function refuses(why: string, run: () => unknown): Promise<Outcome> {
  try {
    await run();
    return `${why}: taken, and must be refused`;
  } catch {
    return undefined;
  }
}
