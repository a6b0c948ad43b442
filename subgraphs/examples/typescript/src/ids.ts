/** Identity: a record's id is `<platform code>:<local id>`, and which divisions lie within which. */
import { NetError } from './errors.ts';

/** The code of the platform that an id names; anything else is BAD_ID. */
export function parseId(value: string): string {
  const code = /^([0-9A-Z][0-9A-Z-]{0,31}):.+$/s.exec(value)?.[1];
  if (code !== undefined) return code;
  throw new NetError('BAD_ID', `"${value}" is not an id: write <platform code>:<local id>.`);
}

/** The digits that a division shares with everything below it: 420000 → 42, 420800 → 4208. */
export function divisionPrefix(code: string): string {
  if (code.length !== 6) return code;
  if (code.endsWith('0000')) return code.slice(0, 2);
  return code.endsWith('00') ? code.slice(0, 4) : code;
}
