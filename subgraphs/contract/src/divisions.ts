/** Which division lies within which: GB/T 2260 and statistical codes are hierarchical by prefix. */

/**
 * Whether division `code` is `within` or lies below it.
 * 420000 (province) → 42, 420100 (city) → 4201, 420102 (county), 420102001 (township),
 * 420102001001 (community). The direct cities 429xxx have townships and no county.
 */
export function divisionContains(within: string, code: string): boolean {
  return within === code || code.startsWith(significantPrefix(within));
}

/** The digits that a division shares with everything below it. */
function significantPrefix(code: string): string {
  if (code.length !== 6) return code;
  if (code.endsWith('0000')) return code.slice(0, 2);
  return code.endsWith('00') ? code.slice(0, 4) : code;
}
