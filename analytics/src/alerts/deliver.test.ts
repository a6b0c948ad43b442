/** Alerts told to a real HTTP server and a real SMTP server: once, signed, held back, tried again, given up. Long, because receivers that fail in their own ways stand here. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { testDatabase, testOwner } from '../fixture.ts';
import type { Destinations } from './destinations.ts';
import { noDestinations } from './destinations.ts';
import type { Message } from './message.ts';
import { Outbox, giveUpAfterMs } from './outbox.ts';
import { noQuiet } from './quiet.ts';
import type { RuleSettings } from './rule.ts';
import { knownRule } from './rules.ts';
import { Alerts } from './store.ts';
import type { StoredAlert, Told } from './store.ts';
import { Teller } from './teller.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const cleanUp = new AsyncDisposableStack();
const owner = {
  ...testOwner('420100', 'http://127.0.0.1:1'),
  name: '武汉市总工会',
  nameEn: 'Wuhan',
};
const rule = knownRule('OVERDUE');
const loud: RuleSettings = { ...rule.defaults, quiet: noQuiet };
const secret = `whsec_${randomBytes(32).toString('base64')}`;
/** A Wednesday. */
const noonMs = Date.parse('2026-03-18T12:00:00+08:00');
const told: Told = {
  figure: 12,
  value: 12,
  sample: 0,
  expected: null,
  spread: null,
  from: '2026-03-11T16:00:00.000Z',
  to: '2026-03-18T16:00:00.000Z',
  about: null,
  severity: 1,
  bound: 10,
};

let outbox: Outbox;
let alerts: Alerts;

beforeAll(async () => {
  const database = cleanUp.use(await testDatabase(inject('mongodbUri')));
  outbox = new Outbox(database.db);
  alerts = new Alerts(database.db, outbox);
  await outbox.prepare();
  await alerts.prepare();
});
afterAll(() => cleanUp.disposeAsync());

/** What came to a receiver. */
interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with these, the last one for ever. */
async function receiver(...statuses: readonly number[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      const status = statuses[received.length - 1] ?? statuses.at(-1) ?? 204;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {});
      response.end('what a receiver says may be anything');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

let destinationNames = 0;

/** A teller of one webhook, under a name of its own: what waits for one test is no other's. */
function tellerOf(url: string, of: Partial<Destinations> = {}, secrets = [secret]) {
  const name = `r${++destinationNames}`;
  const webhooks = [{ name, url, secrets }];
  const destinations: Destinations = { ...noDestinations, addresses: 'ANY', webhooks, ...of };
  return new Teller(outbox, () => Promise.resolve(destinations));
}

let platforms = 0;

async function opened(teller: Teller, settings = loud, nowMs = noonMs, of = told) {
  const tell = await teller.deliveries('alert.opened', rule, settings, owner, nowMs);
  const alert = await alerts.raise(rule.name, `P-${++platforms}`, of, nowMs, tell);
  if (!alert) throw new Error('It was not opened.');
  return alert;
}

async function notifications({ _id }: StoredAlert) {
  const found = await outbox.ofAlerts([_id]);
  return found.map(({ event, state, attempts, problem }) => [event, state, attempts, problem]);
}

test('a webhook is signed as Standard Webhooks verifies it, once for the opening and once for the closing', async () => {
  const { received, url } = await receiver(204);
  const teller = tellerOf(url, { link: 'https://onenet.example/alerts' });
  const alert = await opened(teller);
  await teller.sendDue(noonMs);
  await teller.sendDue(noonMs + 1_000);
  const tell = await teller.deliveries('alert.closed', rule, loud, owner, noonMs + 60_000);
  await alerts.close(alert, 'CLEARED', noonMs + 60_000, tell);
  expect(await alerts.close(alert, 'CLEARED', noonMs + 61_000, tell)).toBeUndefined();
  await teller.sendDue(noonMs + 70_000);
  await teller.sendDue(noonMs + giveUpAfterMs);
  expect(received).toHaveLength(2);
  // The verifier refuses what is not of now: its clock is the test's.
  vi.useFakeTimers({ toFake: ['Date'], now: noonMs });
  try {
    const messages = received.map(
      ({ body, headers }) =>
        new Verifier(secret).verify(body, headers as Record<string, string>) as Message,
    );
    expect(messages).toMatchObject([
      {
        type: 'alert.opened',
        timestamp: '2026-03-18T04:00:00.000Z',
        data: {
          id: alert._id,
          rule: 'OVERDUE',
          kind: 'THRESHOLD',
          platformName: { zh: '武汉市总工会', en: 'Wuhan' },
          severity: 1,
          metric: 'requestsOverdue',
          value: 12,
          bound: 10,
          closedAt: null,
          title: {
            zh: '【今日处理】武汉市总工会：一周内求助超期',
            en: '[look today] Wuhan: Requests overdue within a week',
          },
          text: {
            zh: '武汉市总工会：一周内求助超期：12 件，界限为达到 10 件（2026-03-12 – 2026-03-19）。',
            en: 'Wuhan: Requests overdue within a week: 12 requests, where the bound is from 10 requests (2026-03-12 – 2026-03-19).',
          },
          link: 'https://onenet.example/alerts',
        },
      },
      { type: 'alert.closed', data: { id: alert._id, closedBecause: 'CLEARED' } },
    ]);
    const [first] = received;
    const altered = first?.body.replace('"value":12', '"value":13') ?? '';
    const headers = first?.headers as Record<string, string>;
    expect(() => new Verifier(secret).verify(altered, headers)).toThrow('No matching signature');
  } finally {
    vi.useRealTimers();
  }
});

test('one that becomes graver is told once more, by the quiet times of what it is now', async () => {
  const { received, url } = await receiver(204);
  const teller = tellerOf(url);
  const night = Date.parse('2026-03-18T23:00:00+08:00');
  const { quiet } = rule.defaults;
  const settings = { ...rule.defaults, quiet };
  const alert = await opened(teller, settings, noonMs);
  const worsen = async (severity: 2 | 3, nowMs: number) => {
    const tell = await teller.deliveries('alert.graver', rule, settings, owner, nowMs);
    return await alerts.worsen(alert, { ...told, value: 50, figure: 50, severity }, nowMs, tell);
  };
  expect(await worsen(2, night)).toMatchObject({ severity: 2, gravest: 2 });
  expect(await worsen(2, night + 1_000)).toBeUndefined();
  await teller.sendDue(night + 1_000);
  expect(received).toHaveLength(1);
  await worsen(3, night + 2_000);
  await teller.sendDue(night + 2_000);
  const morning = Date.parse('2026-03-19T07:00:00+08:00');
  await teller.sendDue(morning - 1);
  expect(received).toHaveLength(2);
  await teller.sendDue(morning);
  await teller.sendDue(morning + 1_000);
  const messages = received.map(({ body }) => JSON.parse(body) as Message);
  expect(messages.map(({ type, data }) => [type, data.severity])).toEqual([
    ['alert.opened', 1],
    ['alert.graver', 3],
    ['alert.graver', 2],
  ]);
  expect(messages[1]).toMatchObject({
    timestamp: new Date(night + 2_000).toISOString(),
    data: {
      id: alert._id,
      title: { zh: '【立即处理】武汉市总工会：一周内求助超期' },
      text: { zh: expect.stringMatching(/比此前更严重，级别已提高。$/) },
    },
  });
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
});

test('a receiver that fails is asked again, later, with the same id and the same bytes', async () => {
  const { received, url } = await receiver(500, 302, 204);
  const teller = tellerOf(url);
  const alert = await opened(teller);
  await teller.sendDue(noonMs);
  await teller.sendDue(noonMs + 9_000);
  expect(received).toHaveLength(1);
  expect(await notifications(alert)).toEqual([['alert.opened', 'WAITING', 1, 'HTTP 500']]);
  await teller.sendDue(noonMs + 10_000);
  // A redirect is not followed: it could lead into the net.
  expect(await notifications(alert)).toEqual([['alert.opened', 'WAITING', 2, 'HTTP 302']]);
  await teller.sendDue(noonMs + 40_000);
  expect(await notifications(alert)).toEqual([['alert.opened', 'SENT', 3, null]]);
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const times = received.map(({ headers }) => Number(headers['webhook-timestamp']) * 1000 - noonMs);
  expect(times).toEqual([0, 10_000, 40_000]);
});

test('it is given up after a day, or when the receiver wants no more, and says so', async () => {
  const failing = await receiver(503);
  const teller = tellerOf(failing.url);
  const alert = await opened(teller);
  for (let ms = 0; ms <= giveUpAfterMs + 3_600_000; ms += 600_000) {
    await teller.sendDue(noonMs + ms);
  }
  expect(await notifications(alert)).toEqual([
    ['alert.opened', 'GIVEN_UP', failing.received.length, 'HTTP 503'],
  ]);
  // Rarer each time: not as often as it was looked.
  expect(failing.received.length).toBeGreaterThan(8);
  expect(failing.received.length).toBeLessThan(20);
  const gone = await receiver(410);
  const other = tellerOf(gone.url);
  const unwanted = await opened(other);
  await other.sendDue(noonMs);
  expect(await notifications(unwanted)).toEqual([['alert.opened', 'GIVEN_UP', 1, 'HTTP 410']]);
});

test('while a secret is exchanged, the old one verifies and the new one too', async () => {
  const { received, url } = await receiver(200);
  const next = `whsec_${randomBytes(24).toString('base64')}`;
  const teller = tellerOf(url, {}, [next, secret]);
  await opened(teller, loud, Date.now());
  await teller.sendDue(Date.now());
  const [{ body, headers } = { body: '', headers: {} }] = received;
  const signed = headers as Record<string, string>;
  for (const each of [next, secret]) expect(new Verifier(each).verify(body, signed)).toBeTruthy();
  const another = `whsec_${randomBytes(24).toString('base64')}`;
  expect(() => new Verifier(another).verify(body, signed)).toThrow('No matching signature');
});

test('nothing is sent to an address that is not public, where the net’s policy is so', async () => {
  const { received, url } = await receiver(200);
  const teller = tellerOf(url, { addresses: 'PUBLIC' });
  const alert = await opened(teller);
  await teller.sendDue(noonMs);
  expect(received).toEqual([]);
  const problem = 'the address is not public';
  expect(await notifications(alert)).toEqual([['alert.opened', 'WAITING', 1, problem]]);
});

test('a quiet time holds back, and then sends; the gravest goes through', async () => {
  const { received, url } = await receiver(200);
  const teller = tellerOf(url);
  const friday = Date.parse('2026-03-20T22:30:00+08:00');
  const monday = Date.parse('2026-03-23T07:00:00+08:00');
  const alert = await opened(teller, rule.defaults, friday);
  expect((await alerts.open()).map(({ _id }) => _id)).toContain(alert._id);
  await opened(teller, rule.defaults, friday, { ...told, severity: 3 });
  await teller.sendDue(friday);
  expect(received.map(({ body }) => (JSON.parse(body) as Message).data.severity)).toEqual([3]);
  await teller.sendDue(monday - 1);
  expect(received).toHaveLength(1);
  await teller.sendDue(monday);
  expect(received.map(({ body }) => (JSON.parse(body) as Message).data.id)).toContain(alert._id);
  await teller.sendDue(monday + 60_000);
  expect(received).toHaveLength(2);
});

test('what was opened before a restart is sent after it, and two processes send it once', async () => {
  const { received, url } = await receiver(200);
  const name = `r${++destinationNames}`;
  const webhooks = [{ name, url, secrets: [secret] }];
  const start = (): Teller =>
    new Teller(outbox, () => Promise.resolve({ ...noDestinations, addresses: 'ANY', webhooks }));
  // It was opened, and its process was gone before it sent anything.
  const alert = await opened(start());
  const [one, two] = [start(), start()];
  await Promise.all([one.sendDue(noonMs), two.sendDue(noonMs)]);
  expect(received).toHaveLength(1);
  expect(await notifications(alert)).toEqual([['alert.opened', 'SENT', 1, null]]);
});

test('e-mail reaches an SMTP server that refuses it at first, in both languages', async () => {
  const mails: { readonly from: string; readonly to: readonly string[]; readonly text: string }[] =
    [];
  let refusals = 1;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, done) => {
      const refusal = Object.assign(new Error('secret detail of the server'), {
        responseCode: 451,
      });
      if (refusals-- > 0) done(refusal);
      else done();
    },
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(pieces).toString(),
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  cleanUp.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const mail = {
    smtp: `smtp://127.0.0.1:${port}`,
    from: 'onenet@hubei.example',
    to: ['duty@hubei.example', 'data@hubei.example'],
  };
  const teller = new Teller(outbox, () => Promise.resolve({ ...noDestinations, mail }));
  const alert = await opened(teller);
  await teller.sendDue(noonMs);
  // One address is refused, the other is not: it does not get it again.
  const after = await notifications(alert);
  expect(after).toContainEqual(['alert.opened', 'WAITING', 1, 'SMTP 451']);
  expect(after).toContainEqual(['alert.opened', 'SENT', 1, null]);
  await teller.sendDue(noonMs + 10_000);
  await teller.sendDue(noonMs + 20_000);
  expect((await notifications(alert)).map(([, state]) => state)).toEqual(['SENT', 'SENT']);
  expect(mails.map(({ from }) => from)).toEqual([mail.from, mail.from]);
  expect(mails.flatMap(({ to }) => to).toSorted()).toEqual(mail.to.toSorted());
  expect(JSON.stringify(await outbox.ofAlerts([alert._id]))).not.toMatch(/@|secret detail/);
  const text = mails[0]?.text ?? '';
  const [, subject = ''] = /^Subject: ((?:.+\r\n)(?: .+\r\n)*)/m.exec(text) ?? [];
  expect(decodedWords(subject)).toContain('【今日处理】武汉市总工会：一周内求助超期');
  expect(decodedBody(text)).toContain('Wuhan: Requests overdue within a week: 12 requests');
  expect(decodedBody(text)).toContain('武汉市总工会：一周内求助超期：12 件');
  expect(decodedBody(text)).toContain('2026-03-18 12:00 (UTC+8)');
  expect(text).toMatch(/^Message-ID:\s+<msg_[\w-]+@alerts\.onenet>/m);
});

/** RFC 2047, as far as the sender writes it. */
function decodedWords(header: string): string {
  return header
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('latin1')
        : word.replaceAll('_', ' ').replaceAll(/=([0-9A-F]{2})/gi, (__, hex: string) => byte(hex)),
    )
    .replaceAll(/[\u0080-\u00FF]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString());
}

/** Quoted-printable or base64, as the sender chose. */
function decodedBody(mail: string): string {
  const [head = '', ...rest] = mail.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/^Content-Transfer-Encoding: base64/im.test(head)) {
    return Buffer.from(body, 'base64').toString();
  }
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => byte(hex));
  return Buffer.from(bytes, 'latin1').toString();
}

function byte(hex: string): string {
  return String.fromCodePoint(Number.parseInt(hex, 16));
}
