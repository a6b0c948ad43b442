/** The event feed: what it answers, and that what it answered before stays as it was. Its wire format is FEED.md. */
import { hash } from 'node:crypto';
import { readFeed, type FeedAnswer, type FeedBatch } from '@onenet/feed';
import { getEvents } from '../log.ts';
import { NotChecked, Violation, must, shown, type Rule } from '../rule.ts';
import type { SendResponse } from '../send.ts';
import type { AuditedServer } from '../server.ts';

export const feedRules: readonly Rule[] = [
  {
    id: 'M18',
    level: 'MUST',
    title: '`GET /events` answers in the wire format',
    module: 'core',
    async check(server) {
      const start = await getEvents(server, { after: 0, limit: 2 });
      inWireFormat(start);
      atMost(start, 2);
      const end = Number(start.headers['onenet-last-sequence']);
      const beyond = await getEvents(server, { after: end + 1_000_000, head: noHead });
      status(beyond, 409, 'There is no such line: the log was restored or changed.');
      const changed = await getEvents(server, { after: 0, head: noHead });
      status(changed, 409, 'Another head than the log has there.');
      for (const query of [
        { limit: 0 },
        { limit: 20_001 },
        { after: -1 },
        { wait: 61 },
        { since: 1 },
      ]) {
        status(await getEvents(server, query), 400, 'Rule 14 of FEED.md has no such question.');
      }
      const post = await server.call({ method: 'POST', url: server.eventsUrl, body: '' });
      status({ ...post, sent: `POST ${server.eventsUrl}` }, 405, 'The feed is read with GET.');
    },
  },
  {
    id: 'M19',
    level: 'MUST',
    title: 'The log is contiguous and chained, and no line names a person',
    module: 'core',
    async check(server) {
      const first = await batch(server, { after: 0 });
      if (first.lines.length === 0) throw new NotChecked('the log is empty');
      everyLineAnEvent(server, first);
      const second = await batch(server, { after: first.last, head: first.head, ...time(first) });
      everyLineAnEvent(server, second);
      const again = await batch(server, { after: 0 });
      must(
        again.lines.every(({ bytes }, index) => first.lines[index]?.bytes.equals(bytes) ?? true),
        `GET ${server.eventsUrl} twice`,
        () => 'other bytes',
        'The bytes that were sent before.',
      );
    },
  },
  {
    id: 'S5',
    level: 'SHOULD',
    title: 'The feed waits for the first line when asked to',
    module: 'core',
    async check(server) {
      for (let attempt = 0; attempt < 3; attempt++) {
        const { headers } = await getEvents(server, { after: 0, limit: 1 });
        const after = Number(headers['onenet-last-sequence']);
        const asked = performance.now();
        const { body, sent } = await getEvents(server, { after, wait: 1 });
        const took = performance.now() - asked;
        // Something happened in between: that is an answer too.
        if (body.byteLength > 0) continue;
        must(took >= 900, sent, () => `an empty answer after ${Math.round(took)} ms`, 'After 1 s.');
        return undefined;
      }
      return 'lines came all the time';
    },
  },
  {
    id: 'S6',
    level: 'SHOULD',
    title: 'The feed says up to when it is complete',
    module: 'core',
    async check(server) {
      const { headers, sent } = await getEvents(server, { after: 0, limit: 1 });
      const completeTo = Date.parse(headers['onenet-complete-to'] ?? '');
      must(
        Date.now() - completeTo < maxBehindMs,
        sent,
        () => `onenet-complete-to: ${headers['onenet-complete-to'] ?? 'none'}`,
        `A time of the last ${maxBehindMs / 60_000} minutes.`,
      );
    },
  },
];

/** How far the numbering may be behind: a stuck sequencer must not look like a quiet city. */
const maxBehindMs = 5 * 60_000;

/** A head that no log has. */
const noHead = `sha-256:${hash('sha256', 'no log has this head')}`;

/** Lines that are read at once. */
const batchLines = 1_000;

type Sent = SendResponse & { readonly sent: string };

function status(answer: Sent, wanted: number, why: string): void {
  must(
    answer.status === wanted,
    answer.sent,
    () => `HTTP ${answer.status} ${shown(answer.body.toString('utf8'), 200)}`,
    `HTTP ${wanted}. ${why}`,
  );
}

const neededHeaders = [
  'onenet-first-sequence',
  'onenet-last-sequence',
  'onenet-chain',
  'onenet-pending',
];

function inWireFormat(answer: Sent): void {
  status(answer, 200, 'The lines after `after`.');
  const { headers, sent } = answer;
  must(
    /^application\/x-ndjson\b/.test(headers['content-type'] ?? ''),
    sent,
    () => `content-type: ${headers['content-type'] ?? 'none'}`,
    'application/x-ndjson.',
  );
  for (const name of neededHeaders) {
    must(headers[name] !== undefined, sent, () => shown(headers), `The header ${name}.`);
  }
}

function atMost({ body, sent }: Sent, lines: number): void {
  const count = body.toString('utf8').split('\n').length - 1;
  must(count <= lines, sent, () => `${count} lines`, `At most ${lines}, each ended by LF.`);
}

async function batch(
  server: AuditedServer,
  from: { readonly after: number; readonly head?: string; readonly recordedTime?: string },
): Promise<FeedBatch> {
  const answer = await readFeed({
    url: server.eventsUrl,
    code: server.code,
    limit: batchLines,
    fetch: server.fetch,
    ...from,
  });
  if (answer.kind === 'batch' && !answer.cut) return answer;
  throw new Violation(
    `GET ${server.eventsUrl}?after=${from.after}&limit=${batchLines}`,
    describe(answer),
    'Contiguous lines from after + 1 that lead to onenet-chain: rules 7 to 9 of FEED.md.',
  );
}

function describe(answer: FeedAnswer): string {
  switch (answer.kind) {
    case 'chainBroken':
      return `onenet-chain is ${answer.announced}, and the lines lead to ${answer.computed}`;
    case 'malformed':
      return `${answer.reason} at sequence ${answer.sequence}`;
    case 'unreachable':
      return answer.detail;
    case 'batch':
      return 'an answer that ends within a line';
    case 'conflict':
    case 'gone':
      return `${answer.kind}, though its own head was given`;
  }
}

function everyLineAnEvent(server: AuditedServer, { lines }: FeedBatch): void {
  for (const line of lines) {
    if (line.kind === 'event') continue;
    throw new Violation(
      `GET ${server.eventsUrl}: line ${line.sequence}`,
      `${line.reason} in ${shown(line.bytes.toString('utf8'))}`,
      'An event by rules 3 to 5 of FEED.md: no person, no id of a record, no other key.',
    );
  }
}

const time = ({ recordedTime }: FeedBatch): { recordedTime?: string } =>
  recordedTime === undefined ? {} : { recordedTime };
