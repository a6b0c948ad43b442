/** Who may do what at the registry: tokens issued, revoked and recognised. */
import { chmod, open, readFile } from 'node:fs/promises';
import { NetError } from '@onenet/contract';
import type { ClientSession } from 'mongodb';
import type { Who } from './entry.ts';
import { program } from './registry.ts';
import type { Asker } from './registry.ts';
import { unknownPlatform } from './store.ts';
import type { Store } from './store.ts';
import { bearerToken, hasHash, hashOf, isToken, newToken, newTokenId } from './tokens.ts';
import type { Principal, TokenDocument } from './tokens.ts';

/** A token as it is shown: once, when it is made. */
export interface IssuedToken {
  readonly id: string;
  readonly token: string;
}

/** Tokens of one platform that hold at once. */
const maxTokens = 20;

/** Recognises an `Authorization` header; what is no token that holds is `TOKEN_REQUIRED`. */
export async function authenticate(store: Store, header: string | undefined): Promise<Principal> {
  const token = bearerToken(header);
  if (token === undefined) {
    throw new NetError(
      'TOKEN_REQUIRED',
      'The registry takes `Authorization: Bearer <token>` with a token of the platform or the operator.',
    );
  }
  const known = isToken(token) ? await store.tokens.findOne({ hash: hashOf(token) }) : null;
  if (known === null || !hasHash(token, known.hash) || known.revokedAt !== null) {
    throw new NetError('TOKEN_REQUIRED', 'The token is unknown or revoked.');
  }
  const { _id: id, platform } = known;
  return { kind: platform === null ? 'operator' : 'platform', platform, token: id };
}

/** Makes a token for a platform. */
export async function issueToken(
  store: Store,
  platform: string,
  note: string | null,
  asker: Asker,
): Promise<IssuedToken> {
  const issued = { id: newTokenId(), token: newToken() };
  await store.transaction(async (session) => {
    if (!(await store.platforms.findOne({ _id: platform }, { session }))) {
      throw unknownPlatform(platform);
    }
    const held = await store.tokens.countDocuments({ platform, revokedAt: null }, { session });
    if (held >= maxTokens) {
      throw new NetError('WRONG_STATE', `${platform} has ${maxTokens} tokens: revoke one first.`);
    }
    await insert(store, issued, platform, note, asker.by, session);
    const line = {
      action: 'TOKEN_ISSUED',
      version: null,
      detail: issued.id,
      report: null,
    } as const;
    await store.note({ ...line, ...asker, platform }, session);
  });
  return issued;
}

/** From now on the token is refused. */
export async function revokeToken(
  store: Store,
  platform: string,
  id: string,
  asker: Asker,
): Promise<void> {
  await store.transaction(async (session) => {
    const result = await store.tokens.updateOne(
      { _id: id, platform, revokedAt: null },
      { $set: { revokedAt: new Date() } },
      { session },
    );
    if (result.modifiedCount === 0) {
      throw new NetError('NOT_FOUND', `${platform} has no token "${id}" that could be revoked.`);
    }
    const line = { action: 'TOKEN_REVOKED', version: null, detail: id, report: null } as const;
    await store.note({ ...line, ...asker, platform }, session);
  });
}

/** The tokens of a platform, without anything from which one could be made. */
export async function listTokens(
  store: Store,
  platform: string,
): Promise<readonly Omit<TokenDocument, 'hash'>[]> {
  return store.tokens
    .find({ platform }, { projection: { hash: 0 } })
    .sort({ createdAt: 1 })
    .toArray();
}

/**
 * The operator's token is what the file holds: made and written once, readable by its owner alone.
 * A file that somebody provided is taken as it is.
 */
export async function ensureOperatorToken(store: Store, file: string): Promise<void> {
  const token = await readOrMake(file);
  const known = await store.tokens.findOne({ hash: hashOf(token) });
  if (known !== null) return;
  const issued = { id: newTokenId(), token };
  await insert(store, issued, null, 'operator', program.by);
  const line = { action: 'TOKEN_ISSUED', version: null, detail: issued.id, report: null } as const;
  await store.note({ ...line, ...program, platform: null });
}

async function readOrMake(file: string): Promise<string> {
  const token = newToken();
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${token}\n`);
    await handle.close();
    // Whatever the process's umask is.
    await chmod(file, 0o600);
    return token;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const given = (await readFile(file, 'utf8')).trim();
  if (isToken(given)) return given;
  throw new Error(
    `${file} holds no token (43 characters of base64url): remove it, and the start makes one.`,
  );
}

async function insert(
  store: Store,
  { id, token }: IssuedToken,
  platform: string | null,
  note: string | null,
  createdBy: Who,
  session?: ClientSession,
): Promise<void> {
  await store.tokens.insertOne(
    {
      _id: id,
      hash: hashOf(token),
      platform,
      note,
      createdAt: new Date(),
      createdBy,
      revokedAt: null,
    },
    session ? { session } : {},
  );
}
