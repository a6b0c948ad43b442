/** What was asked through the gateway: which operations, which parts of the schema, and up to when that is known. */
import { askAnalytics, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const operation = object({
  name: nullable(text),
  document: text,
  client: text,
  requests: number,
  failedShare: number,
  meanMs: number,
  owners: list(text),
  lastSeen: text,
});

const coordinate = object({
  coordinate: text,
  client: text,
  requests: number,
  operations: number,
  lastSeen: text,
});

const status = object({
  ok: truth,
  since: nullable(text),
  completeTo: nullable(text),
  lagSeconds: nullable(number),
  rejected: number,
});

/** Null parts: no usage is kept. */
const usage = object({
  usageStatus: nullable(status),
  topOperations: nullable(list(operation)),
  operationUsage: nullable(list(coordinate)),
});
export type Usage = Reads<typeof usage>;

/** Of the period that is looked at: RFC 3339; null: since the beginning. */
export function askUsage(
  range: {
    readonly from: string | null;
    readonly to: string | null;
    readonly platform: string | null;
  },
  signal: AbortSignal,
): Promise<Answer<Usage>> {
  const document = /* GraphQL */ `
    query Usage($from: String, $to: String, $platform: ID) {
      usageStatus {
        ok
        since
        completeTo
        lagSeconds
        rejected
      }
      topOperations(from: $from, to: $to, first: 40) {
        name
        document
        client
        requests
        failedShare
        meanMs
        owners
        lastSeen
      }
      operationUsage(from: $from, to: $to, platform: $platform, first: 40) {
        coordinate
        client
        requests
        operations
        lastSeen
      }
    }
  `;
  return askAnalytics(document, range, usage, signal);
}
