/** The file that says where alerts are told: what holds, what does not, and that no value of it is ever said. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { destinationNames, openDestinations, parseDestinations } from './destinations.ts';

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const webhook = { name: 'duty', url: 'https://duty.example/hook', secrets: [secret] };
const mail = {
  smtp: 'smtps://onenet:pass-word@mail.example',
  from: 'onenet@hubei.example',
  to: ['duty@hubei.example'],
};

test('webhooks and mail, each named', () => {
  const destinations = parseDestinations(JSON.stringify({ webhooks: [webhook], mail }), 'f');
  expect(destinations).toMatchObject({
    addresses: 'PUBLIC',
    webhooks: [webhook],
    mail,
    link: null,
  });
  expect(destinationNames(destinations)).toEqual([
    'webhook:duty',
    expect.stringMatching(/^mail:[0-9a-f]{8}$/),
  ]);
});

test.each<[string, unknown, string]>([
  ['an unknown field', { webhook: [] }, 'only addresses, webhooks, mail, link'],
  ['a policy that there is not', { addresses: 'PRIVATE' }, '`addresses` must be PUBLIC or ANY'],
  [
    'no secret',
    { webhooks: [{ ...webhook, secrets: [] }] },
    '`webhooks[0].secrets` must be one to four',
  ],
  [
    'a short secret',
    { webhooks: [{ ...webhook, secrets: [secret, 'whsec_c2hvcnQ='] }] },
    '`webhooks[0].secrets[1]`',
  ],
  [
    'what anybody reads on the way',
    { webhooks: [{ ...webhook, url: 'http://duty.example' }] },
    'begins with https://',
  ],
  [
    'a password in an address',
    { webhooks: [{ ...webhook, url: 'https://a:pass-word@duty.example' }] },
    'without name and password',
  ],
  ['one name twice', { webhooks: [webhook, webhook] }, 'names that differ'],
  ['another protocol', { mail: { ...mail, smtp: 'sendmail://localhost' } }, 'smtps:// or smtp://'],
  ['two addresses in one', { mail: { ...mail, to: ['a@b.example, c@d.example'] } }, '`mail.to[0]`'],
  [
    'a line break in an address',
    { mail: { ...mail, from: 'a@b.example\r\nBcc: c@d.example' } },
    '`mail.from`',
  ],
])('refused: %s', (_, value, message) => {
  const parse = () => parseDestinations(JSON.stringify(value), 'notify.json');
  expect(parse).toThrow(message);
  expect(parse).not.toThrow(/pass-word|whsec_[A-Za-z0-9]{4}|c2hvcnQ/);
});

test('what is no JSON is not repeated', () => {
  expect(() => parseDestinations(`{ "secrets": ${secret}`, 'notify.json')).toThrow(
    /^notify\.json is no JSON\.$/,
  );
});

test('it is read again when it changes; what does not hold then changes nothing', async () => {
  await using cleanUp = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'onenet-notify-'));
  cleanUp.defer(() => rm(folder, { recursive: true }));
  const path = join(folder, 'notify.json');
  let at = 1_000_000_000;
  const write = async (text: string): Promise<void> => {
    await writeFile(path, text);
    // Two writes may fall into one tick of the file system's clock.
    at += 1;
    await utimes(path, at, at);
  };
  const said: string[] = [];
  const open = () => openDestinations(path, (message) => said.push(message));
  await expect(open()).rejects.toThrow('cannot be read');
  await write(JSON.stringify({ webhooks: [webhook] }));
  const current = await open();
  expect(destinationNames(await current())).toEqual(['webhook:duty']);
  await write(JSON.stringify({ webhooks: [{ ...webhook, name: 'night' }] }));
  expect(destinationNames(await current())).toEqual(['webhook:night']);
  await write('{');
  expect(destinationNames(await current())).toEqual(['webhook:night']);
  await current();
  expect(said).toEqual([`${path} is no JSON. What held before holds on.`]);
});
