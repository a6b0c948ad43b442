/** What a client asked and was given, as the net has recorded it. */
import { ask, type Answer, type Fetch } from '#lib/api/client.ts';
import { list, nullable, number, object, text, type Reads } from '#lib/api/read.ts';
import { sorted } from '#lib/sorted.ts';

const summary = object({
  platform: text,
  day: text,
  requests: number,
  rows: number,
  fields: list(text),
});
export type PlatformDay = Reads<typeof summary>;

export interface DayOfUse {
  readonly day: string;
  /** One that asked several platforms counts once at each. */
  readonly requests: number;
  readonly rows: number;
  readonly platforms: number;
  readonly fields: number;
}

/** By day, the newest first. */
export function byDay(lines: readonly PlatformDay[]): readonly DayOfUse[] {
  const days = [...new Set(lines.map(({ day }) => day))];
  return days.map((day) => {
    const of = lines.filter((line) => line.day === day);
    return {
      day,
      requests: of.reduce((sum, { requests }) => sum + requests, 0),
      rows: of.reduce((sum, { rows }) => sum + rows, 0),
      platforms: new Set(of.map(({ platform }) => platform)).size,
      fields: new Set(of.flatMap(({ fields }) => fields)).size,
    };
  });
}

export async function askDays(
  client: string,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Answer<readonly DayOfUse[]>> {
  const document = /* GraphQL */ `
    query OwnUse($client: String) {
      accessSummary(filter: { client: $client }, first: 500) {
        platform
        day
        requests
        rows
        fields
      }
    }
  `;
  const shape = object({ accessSummary: list(summary) });
  const answer = await ask(document, { client }, shape, signal, fetch);
  return { ...answer, data: byDay(answer.data.accessSummary) };
}

const failure = object({
  sequence: text,
  at: text,
  requestId: nullable(text),
  count: number,
  operation: nullable(text),
  result: text,
  codes: list(text),
});
export type Failure = Reads<typeof failure>;

/** The last requests that were not answered whole, the newest first. */
export async function askFailures(
  client: string,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Answer<readonly Failure[]>> {
  const results = ['REFUSED', 'FAILED', 'PARTIAL'] as const;
  const fields = results.map(
    (result) => `${result}: accessRecords(filter: {client: $client, result: ${result}}, first: 20) {
      edges { node { sequence at requestId count operation result codes } }
    }`,
  );
  const page = object({ edges: list(object({ node: failure })) });
  const answer = await ask(
    `query OwnFailures($client: String) { ${fields.join('\n')} }`,
    { client },
    object({ REFUSED: page, FAILED: page, PARTIAL: page }),
    signal,
    fetch,
  );
  const all = results.flatMap((result) => answer.data[result].edges.map(({ node }) => node));
  return { ...answer, data: sorted(all, (a, b) => Date.parse(b.at) - Date.parse(a.at)) };
}
