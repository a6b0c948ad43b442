/** Records read by their key, and calls judged by what must come of them. */
import type { NetErrorCode } from '@onenet/contract';
import { Violation, must } from './rule.ts';
import { cameIn, codesOf, dataOf, type AuditedServer, type Exchange } from './server.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Fields of a record; a Violation when it is not there. */
export async function readRecord(
  server: AuditedServer,
  type: string,
  id: string,
  fields: string,
): Promise<{ readonly sent: string; readonly record: Fields }> {
  const exchange = await server.ask(
    `query($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${fields} } } }`,
    { variables: { of: [{ __typename: type, id }] } },
  );
  const [record] = (dataOf(exchange)['_entities'] ?? []) as (Fields | null)[];
  if (!record) throw new Violation(exchange.sent, cameIn(exchange), `${type} ${id}.`);
  return { sent: exchange.sent, record };
}

/** The record in the payload of a mutation that must succeed. */
export function resultOf(exchange: Exchange, mutation: string, field: string): Fields {
  const payload = dataOf(exchange)[mutation] as Readonly<Record<string, Fields | null>> | null;
  const record = payload?.[field];
  if (!record)
    throw new Violation(exchange.sent, cameIn(exchange), `${mutation} with its ${field}.`);
  return record;
}

/** It must be refused with the code. */
export function mustRefuse(exchange: Exchange, code: NetErrorCode, why: string): void {
  must(codesOf(exchange).includes(code), exchange.sent, () => cameIn(exchange), `${code}: ${why}.`);
}

/** Of calls made at one moment exactly one is carried out; the others are refused with the code. */
export function onlyOne(exchanges: readonly Exchange[], code: NetErrorCode, why: string): void {
  const done = exchanges.filter(({ errors }) => errors.length === 0);
  const refused = exchanges.filter((exchange) => codesOf(exchange).includes(code));
  must(
    done.length === 1 && refused.length === exchanges.length - 1,
    `${exchanges.length} at once: ${exchanges[0]?.sent ?? ''}`,
    () => exchanges.map(({ text }) => text),
    `One carried out, the others ${code}: ${why}.`,
  );
}

/** Fields of a record as they must be. */
export function mustBe(sent: string, record: Fields, wanted: Fields): void {
  const differs = Object.entries(wanted).some(([name, value]) => record[name] !== value);
  must(!differs, sent, () => record, `${JSON.stringify(wanted)}.`);
}
