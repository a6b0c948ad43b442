/** The chain over a feed's lines: each head seals every byte before it. */
import { hash } from 'node:crypto';

/** What a platform may chain with; a reader takes both. */
export type ChainAlgorithm = 'sha-256' | 'sm3';

const digestNames = { 'sha-256': 'sha256', sm3: 'sm3' } as const satisfies Record<
  ChainAlgorithm,
  string
>;

const headPattern = /^(sha-256|sm3):([0-9a-f]{64})$/;

/** Head 0: H("onenet-feed/1\n" ‖ code). Written `sha-256:<hex>`. */
export function chainHead0(code: string, algorithm: ChainAlgorithm = 'sha-256'): string {
  return `${algorithm}:${hash(digestNames[algorithm], `onenet-feed/1\n${code}`)}`;
}

/** Head n: H(head n-1 ‖ the bytes of line n without LF). */
export function nextHead(head: string, line: Uint8Array): string {
  const { algorithm, digest } = splitHead(head);
  return `${algorithm}:${hash(digestNames[algorithm], Buffer.concat([digest, line]))}`;
}

/** Goes along a chain from one of its heads: for many lines in a row less work than a head written out for each. */
export function chainFrom(start: string): { add(line: Uint8Array): void; head(): string } {
  const { algorithm, digest: first } = splitHead(start);
  let digest = first;
  return {
    add(line) {
      digest = hash(digestNames[algorithm], Buffer.concat([digest, line]), 'buffer');
    },
    head: () => `${algorithm}:${digest.toString('hex')}`,
  };
}

/** Whether `text` is written as a head. */
export function isChainHead(text: string): boolean {
  return headPattern.test(text);
}

/** The algorithm that a head names. */
export function chainAlgorithm(head: string): ChainAlgorithm {
  return splitHead(head).algorithm;
}

function splitHead(head: string): { algorithm: ChainAlgorithm; digest: Buffer } {
  const match = headPattern.exec(head);
  if (!match?.[2]) {
    throw new TypeError(`"${head}" is not a chain head: write sha-256:<64 hexadecimal digits>.`);
  }
  const algorithm = match[1] === 'sm3' ? 'sm3' : 'sha-256';
  return { algorithm, digest: Buffer.from(match[2], 'hex') };
}
