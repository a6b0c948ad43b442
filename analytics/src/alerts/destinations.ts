/**
 * Where notifications go: a file of the operator's, since secrets are in it. It is read again when it changes, so
 * that a secret is exchanged without a restart; what of it does not hold is said by its place, never its value.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { OwnerAddresses } from '@onenet/contract';
import type { Mail } from './mail.ts';
import { secretBytes } from './webhook.ts';
import type { Webhook } from './webhook.ts';

export interface Destinations {
  /** Where webhooks may lead: ANY also to this machine and private networks. */
  readonly addresses: OwnerAddresses;
  readonly webhooks: readonly Webhook[];
  readonly mail: Mail | undefined;
  /** The page that a notification leads to. */
  readonly link: string | null;
}

/** As deliveries name them: each address by itself, since one may be taken and another not. */
export function destinationNames({ webhooks, mail }: Destinations): string[] {
  return [...webhooks.map(({ name }) => `webhook:${name}`), ...(mail?.to.map(mailName) ?? [])];
}

/** An address may be a person's: in records it stands as the beginning of its SHA-256. */
export function mailName(to: string): string {
  return `mail:${createHash('sha256').update(to).digest('hex').slice(0, 8)}`;
}

export const noDestinations: Destinations = {
  addresses: 'PUBLIC',
  webhooks: [],
  mail: undefined,
  link: null,
};

/** A file that does not hold; its message has no value of it. */
export class BadDestinations extends Error {
  override readonly name = 'BadDestinations';
}

/** The destinations of a file, as they are whenever they are asked for; without a file there are none. */
export async function openDestinations(
  path: string | undefined,
  log: (message: string, detail?: unknown) => void,
): Promise<() => Promise<Destinations>> {
  if (path === undefined) return () => Promise.resolve(noDestinations);
  const file = new DestinationsFile(path, log);
  await file.open();
  return () => file.current();
}

class DestinationsFile {
  private readonly file: string;
  private readonly log: (message: string, detail?: unknown) => void;
  private changedMs: number | undefined;
  private latest: Destinations = noDestinations;

  constructor(file: string, log: (message: string, detail?: unknown) => void) {
    this.file = file;
    this.log = log;
  }

  /** At the start a file that does not hold ends it. */
  async open(): Promise<void> {
    const { mtimeMs } = await stat(this.file).catch(() => {
      throw new BadDestinations(`${this.file} cannot be read.`);
    });
    this.latest = parseDestinations(await readFile(this.file, 'utf8'), this.file);
    this.changedMs = mtimeMs;
  }

  /** Later one that does not hold, or is gone, changes nothing. */
  async current(): Promise<Destinations> {
    try {
      const { mtimeMs } = await stat(this.file);
      if (mtimeMs !== this.changedMs) {
        this.changedMs = mtimeMs;
        this.latest = parseDestinations(await readFile(this.file, 'utf8'), this.file);
      }
    } catch (error) {
      if (error instanceof BadDestinations) this.log(`${error.message} What held before holds on.`);
    }
    return this.latest;
  }
}

/** Reads the file's text; `file` names it in errors. */
export function parseDestinations(text: string, file: string): Destinations {
  const top = object(parseJson(text, file), file, ['addresses', 'webhooks', 'mail', 'link']);
  const addresses = top['addresses'] ?? 'PUBLIC';
  if (addresses !== 'PUBLIC' && addresses !== 'ANY') {
    throw bad(file, 'addresses', 'PUBLIC or ANY');
  }
  const webhooks = list(top['webhooks'] ?? [], file, 'webhooks').map((each, i) =>
    webhookOf(each, addresses, file, `webhooks[${i}]`),
  );
  const names = webhooks.map(({ name }) => name);
  if (new Set(names).size < names.length) throw bad(file, 'webhooks', 'names that differ');
  const { mail, link } = top;
  return {
    addresses,
    webhooks,
    mail: mail === undefined ? undefined : mailOf(mail, file),
    link: link === undefined ? null : address(link, file, 'link', ['https:', 'http:']),
  };
}

function webhookOf(
  value: unknown,
  addresses: OwnerAddresses,
  file: string,
  where: string,
): Webhook {
  const webhook = object(value, file, ['name', 'url', 'secrets'], where);
  const { name } = webhook;
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,40}$/.test(name)) {
    throw bad(file, `${where}.name`, 'up to 40 of a to z, 0 to 9 and -');
  }
  // What goes over the public net is read by nobody on the way.
  const protocols = addresses === 'ANY' ? ['https:', 'http:'] : ['https:'];
  const url = address(webhook['url'], file, `${where}.url`, protocols);
  const secrets = list(webhook['secrets'] ?? [], file, `${where}.secrets`);
  if (secrets.length === 0 || secrets.length > 4) {
    throw bad(file, `${where}.secrets`, 'one to four secrets');
  }
  const wanted = 'whsec_ and 24 to 64 bytes in base64';
  return {
    name,
    url,
    secrets: secrets.map((secret, i) => {
      if (typeof secret === 'string' && secretBytes(secret).length > 0) return secret;
      throw bad(file, `${where}.secrets[${i}]`, wanted);
    }),
  };
}

function mailOf(value: unknown, file: string): Mail {
  const mail = object(value, file, ['smtp', 'from', 'to'], 'mail');
  const to = list(mail['to'] ?? [], file, 'mail.to');
  if (to.length === 0 || to.length > 50) throw bad(file, 'mail.to', 'one to 50 addresses');
  return {
    smtp: address(mail['smtp'], file, 'mail.smtp', ['smtps:', 'smtp:'], { mayName: true }),
    from: mailAddress(mail['from'], file, 'mail.from'),
    to: [...new Set(to.map((each, i) => mailAddress(each, file, `mail.to[${i}]`)))],
  };
}

/** One address: a list, or a line break, in it would make others of it. */
function mailAddress(value: unknown, file: string, where: string): string {
  if (typeof value === 'string' && /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(value)) return value;
  throw bad(file, where, 'one e-mail address');
}

function address(
  value: unknown,
  file: string,
  where: string,
  protocols: readonly string[],
  { mayName = false } = {},
): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const isAllowed =
    url !== null &&
    protocols.includes(url.protocol) &&
    url.hostname !== '' &&
    (mayName || (url.username === '' && url.password === ''));
  if (isAllowed) return String(value);
  const without = mayName ? '' : ', without name and password';
  throw bad(file, where, `an address that begins with ${protocols.join('// or ')}//${without}`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message has a piece of the text, which may be a secret.
    throw new BadDestinations(`${file} is no JSON.`);
  }
}

function object(
  value: unknown,
  file: string,
  fields: readonly string[],
  where = 'it',
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(file, where, `an object of ${fields.join(', ')}`);
  }
  const unknown = Object.keys(value).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw bad(file, where, `only ${fields.join(', ')}`);
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown, file: string, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw bad(file, where, 'a list');
}

function bad(file: string, where: string, wanted: string): BadDestinations {
  return new BadDestinations(`${file}: \`${where}\` must be ${wanted}.`);
}
