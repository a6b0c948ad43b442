/** The feed as text: for rules that ask what stands in it, whatever its chain says. */
import { setTimeout } from 'node:timers/promises';
import { dataOf, type AuditedServer } from './server.ts';
import { Violation, shown } from './rule.ts';
import type { SendResponse } from './send.ts';

export type Line = Readonly<Record<string, unknown>>;

/** The last sequence. */
export interface LogEnd {
  readonly last: number;
}

export interface Total {
  readonly type: string;
  readonly events: number;
  readonly throughSequence: string;
}

/** One GET of the feed, whatever comes of it. */
export async function getEvents(
  server: AuditedServer,
  query: Readonly<Record<string, string | number>>,
): Promise<SendResponse & { readonly sent: string }> {
  const url = new URL(server.eventsUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const answer = await server.call({ method: 'GET', url: url.href });
  return { ...answer, sent: `GET ${url.href}` };
}

/** Where the log ends now. */
export async function logEnd(server: AuditedServer): Promise<LogEnd> {
  const { headers, sent, status } = await getEvents(server, { after: 0, limit: 1 });
  const text = headers['onenet-last-sequence'];
  if (text === undefined || !/^\d{1,20}$/.test(text)) {
    throw new Violation(sent, `HTTP ${status}, ${shown(headers)}`, 'onenet-last-sequence.');
  }
  return { last: Number(text) };
}

/** Where the log ends once all that was written before is numbered, as far as the platform says. */
export async function settledEnd(server: AuditedServer, seconds: number): Promise<LogEnd> {
  const until = Date.now() + seconds * 1_000;
  while (Date.now() < until) {
    const { headers } = await getEvents(server, { after: 0, limit: 1 });
    if ((headers['onenet-pending'] ?? '0') === '0') break;
    await setTimeout(100);
  }
  return await logEnd(server);
}

/** The lines after `end`, until they are enough or the time is over. */
export async function newLines(
  server: AuditedServer,
  end: LogEnd,
  seconds: number,
  isEnough: (lines: readonly Line[]) => boolean,
): Promise<readonly Line[]> {
  const until = Date.now() + seconds * 1_000;
  const lines: Line[] = [];
  while (Date.now() < until && !isEnough(lines)) {
    const { body, status } = await getEvents(server, { after: end.last + lines.length, wait: 1 });
    if (status !== 200) break;
    lines.push(...parsed(body));
  }
  return lines;
}

/** What the platform says that its log holds. */
export async function readTotals(
  server: AuditedServer,
): Promise<{ readonly sent: string; readonly totals: readonly Total[] }> {
  const exchange = await server.ask(
    `{ _entities(representations: [{ __typename: "Platform", code: "${server.code}" }]) { ... on Platform { eventTotals { type events throughSequence } } } }`,
  );
  const [platform] = (dataOf(exchange)['_entities'] ?? []) as ({
    readonly eventTotals?: readonly Total[] | null;
  } | null)[];
  const totals = platform?.eventTotals;
  if (!Array.isArray(totals)) {
    throw new Violation(exchange.sent, shown(exchange.text), 'Platform.eventTotals: a list.');
  }
  return { sent: exchange.sent, totals };
}

function parsed(body: Buffer): Line[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
