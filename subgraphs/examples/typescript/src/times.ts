/** Times: the contract's DateTime, RFC 3339 with offset, compared as UTC milliseconds. */
import { GraphQLScalarType, Kind } from 'graphql';
import { badInput } from './errors.ts';

const pattern =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export const dateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: parseTime,
  parseLiteral: (node) => parseTime(node.kind === Kind.STRING ? node.value : null),
});

/** Digits below the millisecond are cut off. */
export function parseTime(value: unknown): Date {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  if (match === null) throw refused(value, 'write it like 2016-08-31T09:00:00+08:00');
  const [, date = '', time = '', fraction = '', zone = ''] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  // JavaScript moves 31 April to 1 May: what comes back must be what was written.
  const local = new Date(`${date}T${time}.${milliseconds}Z`);
  const isMoment =
    !Number.isNaN(local.getTime()) && local.toISOString().startsWith(`${date}T${time}`);
  if (!isMoment || date.startsWith('0000')) throw refused(value, 'there is no such moment');
  return new Date(`${date}T${time}.${milliseconds}${zone.toUpperCase()}`);
}

/** Whole minutes, halves up. */
export function minutesBetween(start: Date, end: Date): number {
  return Math.max(0, Math.floor((end.getTime() - start.getTime()) / 60_000 + 0.5));
}

function refused(value: unknown, what: string): Error {
  return badInput(`${JSON.stringify(value) ?? 'This'} is not a DateTime: ${what}.`);
}
