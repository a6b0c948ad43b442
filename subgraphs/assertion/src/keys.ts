/** A folder of private keys: one JWK a file, for its owner's eyes only. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKey, privateKeyOf, publicKeyOf, publicPart, type Algorithm } from './jwk.ts';
import type { PrivateJwk, PublicJwk } from './jwk.ts';
import type { SigningKey } from './jws.ts';
import { maxLifeSeconds } from './payload.ts';
import type { Signer } from './sign.ts';

export interface KeysOptions extends KeyLife {
  /** Which part of the net signs: `gateway`, `analytics`, `province`. */
  readonly issuer: string;
  /** Told when the folder cannot be read any more; the keys known before serve on. Default: to stderr. */
  readonly onError?: (error: unknown) => void;
}

/** How long what a key signs is valid, seconds; an assertion's life when absent. */
export interface KeyLife {
  readonly lifeSeconds?: number;
}

/** The keys of a folder, as it is now. */
export interface Keys extends Signer {
  /** The keys to publish: those that sign, will sign, or may have signed what is still valid. */
  publicJwks(): { readonly keys: readonly PublicJwk[] };
}

/** What is known of a key without its secret. */
export interface KeyInfo {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly file: string;
  readonly notBefore: Date;
  /** Whether it can sign here: of a part on another machine its public part alone may lie here. */
  readonly isPrivate: boolean;
  /** NEXT: published, and not used yet. SIGNS. LEAVING: published still. RETIRED: neither. */
  readonly state: 'NEXT' | 'SIGNS' | 'LEAVING' | 'RETIRED';
}

/** How often the folder is read again, at most, milliseconds. */
const readAgainMs = 1_000;

/** How long a key is published before it signs, milliseconds: until then every owner has read it. */
export const publishAheadMs = 60_000;

/** How long a key stays after its successor signs, milliseconds: the life of what it signed, and as much again for late readers. */
function leaveMsOf({ lifeSeconds = maxLifeSeconds }: KeyLife): number {
  return 2 * lifeSeconds * 1_000;
}

/** Opens the folder; makes it, and a first key, where there is none. */
export async function openKeys(dir: string, options: KeysOptions): Promise<Keys> {
  const onError = options.onError ?? ((error) => console.error(`keys in ${dir}:`, error));
  const leaveMs = leaveMsOf(options);
  let keys = readKeys(dir);
  if (keys.length === 0) {
    await addKey(dir, 'EdDSA', new Date(), true);
    keys = readKeys(dir);
  }
  const ready = new Map<string, SigningKey>();
  let readAt = performance.now();
  const readAgain = (): void => {
    if (performance.now() - readAt < readAgainMs) return;
    readAt = performance.now();
    try {
      const read = readKeys(dir);
      if (read.length > 0) keys = read;
    } catch (error) {
      onError(error);
    }
  };
  return {
    issuer: options.issuer,
    current() {
      readAgain();
      const { jwk, file } = keys[signingIndex(keys)] as StoredKey;
      let key = ready.get(jwk.kid);
      if (!key) {
        if (!isPrivate(jwk)) {
          throw new Error(`${join(dir, file)} has no private part: ${options.issuer} cannot sign.`);
        }
        key = { kid: jwk.kid, alg: jwk.alg, key: privateKeyOf(jwk) };
        ready.set(jwk.kid, key);
      }
      return key;
    },
    publicJwks() {
      readAgain();
      const published = keys.filter((_, index) => stateOf(keys, index, leaveMs) !== 'RETIRED');
      return { keys: published.map(({ jwk }) => publicPart(jwk)) };
    },
  };
}

/** Adds a key that signs from `aheadMs` on, and removes those that are retired. */
export async function rotateKeys(
  dir: string,
  {
    alg = 'EdDSA',
    aheadMs = publishAheadMs,
    ...life
  }: { alg?: Algorithm; aheadMs?: number } & KeyLife = {},
): Promise<KeyInfo> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = await addKey(dir, alg, new Date(Date.now() + aheadMs));
  const keys = listKeys(dir, life);
  for (const key of keys) if (key.state === 'RETIRED') await rm(join(dir, key.file));
  const added = keys.find((key) => key.file === file);
  if (!added) throw new Error(`${join(dir, file)} was removed while it was being added.`);
  return added;
}

/**
 * Removes a key at once, because others know it: what it signed is refused as soon as everybody has read
 * the set again. One that signs stays: then nothing could be signed. False: it is not in the folder.
 */
export async function withdrawKey(dir: string, kid: string): Promise<boolean> {
  const key = listKeys(dir).find((each) => each.kid === kid);
  if (!key) return false;
  if (key.state === 'SIGNS') {
    throw new Error(`${kid} signs: rotate with --ahead 0 first, and withdraw it then.`);
  }
  await rm(join(dir, key.file));
  return true;
}

/** The folder's keys, oldest first. */
export function listKeys(dir: string, life: KeyLife = {}): readonly KeyInfo[] {
  const keys = readKeys(dir);
  return keys.map(({ jwk, file, notBefore }, index) => ({
    kid: jwk.kid,
    alg: jwk.alg,
    file,
    notBefore,
    isPrivate: isPrivate(jwk),
    state: stateOf(keys, index, leaveMsOf(life)),
  }));
}

interface StoredKey {
  readonly jwk: StoredJwk;
  readonly file: string;
  readonly notBefore: Date;
}

/** As it lies in the folder: of another machine's key without its secret. */
type StoredJwk = PrivateJwk | (PublicJwk & { readonly d?: undefined; readonly notBefore: string });

function isPrivate(jwk: StoredJwk): jwk is PrivateJwk {
  return jwk.d !== undefined;
}

const fileName = /^key-(\d{4,})\.json$/;

/**
 * By number, which is the order in which they were made. Not in the background: whoever asks seldom, as
 * another part of the net does, would be told what was there when it asked before. The files are few and small.
 */
function readKeys(dir: string): readonly StoredKey[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const names = readdirSync(dir).filter((name) => fileName.test(name));
  const read = names.map((name) => readKey(dir, name));
  return read.toSorted((a, b) => numberOf(a.file) - numberOf(b.file));
}

function readKey(dir: string, file: string): StoredKey {
  const path = join(dir, file);
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as StoredJwk;
    const notBefore = new Date(jwk.notBefore);
    if (Number.isNaN(notBefore.getTime())) throw new TypeError('it has no notBefore');
    publicKeyOf(jwk);
    if (isPrivate(jwk)) privateKeyOf(jwk);
    return { jwk, file, notBefore };
  } catch (cause) {
    // Without the cause's message in the text: it may quote the file.
    throw new Error(`${path} is no JWK with a notBefore: remove it.`, { cause });
  }
}

/**
 * Adds a key under the next number. Two processes may add at once: the file's name is taken by one of
 * them. With `first`, the other is content with what the one made.
 */
async function addKey(
  dir: string,
  alg: Algorithm,
  notBefore: Date,
  first = false,
): Promise<string> {
  const draft = join(dir, `.${randomUUID()}`);
  await writeFile(draft, JSON.stringify(generateKey(alg, notBefore)), { mode: 0o600 });
  try {
    for (;;) {
      const newest = first ? undefined : readKeys(dir).at(-1);
      const number = newest ? numberOf(newest.file) + 1 : 1;
      const file = `key-${String(number).padStart(4, '0')}.json`;
      try {
        await link(draft, join(dir, file));
        return file;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        if (first) return file;
      }
    }
  } finally {
    await rm(draft);
  }
}

function numberOf(file: string): number {
  return Number(fileName.exec(file)?.[1]);
}

/** The newest whose time has come; before any has, the oldest. */
function signingIndex(keys: readonly StoredKey[], now = Date.now()): number {
  return Math.max(
    0,
    keys.findLastIndex(({ notBefore }) => notBefore.getTime() <= now),
  );
}

function stateOf(
  keys: readonly StoredKey[],
  index: number,
  leaveMs: number,
  now = Date.now(),
): KeyInfo['state'] {
  const signing = signingIndex(keys, now);
  if (index === signing) return 'SIGNS';
  if (index > signing) return 'NEXT';
  const successors = keys.slice(index + 1).map(({ notBefore }) => notBefore.getTime());
  return now < Math.min(...successors) + leaveMs ? 'LEAVING' : 'RETIRED';
}
