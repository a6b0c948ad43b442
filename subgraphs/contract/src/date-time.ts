/** The scalar DateTime: RFC 3339 §5.6 with offset, held to the millisecond. */
import { NetError } from './errors.ts';

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Reads a moment; digits below the millisecond are cut off. */
export function parseDateTime(value: unknown): Date {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  if (!match) throw refused(value, 'write it like 2016-08-31T09:00:00+08:00');
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const time = new Date(0);
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second, milliseconds);
  const isReal =
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  const offset = offsetMinutes(match[8], match[9], match[10]);
  if (!isReal || offset === undefined) throw refused(value, 'there is no such moment');
  return new Date(time.getTime() - offset * 60_000);
}

type Six = [number, number, number, number, number, number];

function offsetMinutes(sign?: string, hours = '0', minutes = '0'): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function refused(value: unknown, what: string): NetError {
  return new NetError('BAD_INPUT', `${JSON.stringify(value)} is not a DateTime: ${what}.`);
}
