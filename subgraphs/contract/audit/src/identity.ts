/** Identity numbers of nobody: their area codes were never given out. */
import { randomInt } from 'node:crypto';
import { identityCheckDigit } from '@onenet/contract';

/** A new one, with its check digit. */
export function newIdentityNumber(): string {
  const two = (most: number): string => String(randomInt(1, most + 1)).padStart(2, '0');
  const area = `999${String(randomInt(1_000)).padStart(3, '0')}`;
  const digits = `${area}${randomInt(1950, 2000)}${two(12)}${two(28)}${String(randomInt(1_000)).padStart(3, '0')}`;
  return digits + identityCheckDigit(digits);
}
