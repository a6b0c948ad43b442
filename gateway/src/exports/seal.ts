/**
 * An export's address is the key to it. What was asked may name people, so it lies sealed in the
 * database, and only the address opens it: the client has that, and the gateways keep its hash.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const secretBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** What opens an export. */
export interface ExportKey {
  /** Names it where everybody may know it: in lists, logs and access records. */
  readonly id: string;
  /** The last part of its address. */
  readonly secret: string;
}

/** Makes the key of a new export. */
export function newKey(): ExportKey {
  const secret = randomBytes(secretBytes).toString('base64url');
  return { id: idOf(secret), secret };
}

/** Reads the last part of an address: a key, or the id alone, which opens nothing; undefined when it is neither. */
export function readAddress(part: string): Pick<ExportKey, 'id'> | ExportKey | undefined {
  if (/^[\w-]{43}$/.test(part)) return { id: idOf(part), secret: part };
  return /^[0-9a-f]{32}$/.test(part) ? { id: part } : undefined;
}

function idOf(secret: string): string {
  return createHash('sha256').update(`onenet-export ${secret}`).digest('hex').slice(0, 32);
}

/** Seals a value to a key (AES-256-GCM); each seal has a nonce of its own. */
export function seal({ id, secret }: ExportKey, value: unknown): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', cipherKey(secret), nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Opens what was sealed to the key; anything else is thrown. */
export function unseal({ id, secret }: ExportKey, sealed: Buffer): unknown {
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(secret), nonce)
    .setAAD(Buffer.from(id))
    .setAuthTag(tag);
  const text = [decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()];
  return JSON.parse(Buffer.concat(text).toString('utf8'));
}

function cipherKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'onenet-export seal', 32));
}
