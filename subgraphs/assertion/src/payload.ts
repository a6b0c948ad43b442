/** What an assertion says: on whose behalf, for how long, and the root of the calls that it covers. */
import { parseActor, type Actor, type Caller } from '@onenet/contract';
import { hashBytes } from './tree.ts';

/** Carries the assertion, a compact JWS; the same for all owners of a fan-out. */
export const assertionHeader = 'onenet-assertion';

/** The province, where calls to it are signed as those to an owner are; no platform has such a code. */
export const provinceCode = 'onenet:province';

/** Analytics, likewise. */
export const analyticsCode = 'onenet:analytics';

/** The longest life of an assertion, seconds. */
export const maxLifeSeconds = 30;

/** The JWS's payload: claims of RFC 7519 where there is one. */
export interface Payload {
  /** Which part of the net signed: `gateway`, `analytics`, `province`. */
  readonly iss: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  /** base64url of the tree's root. */
  readonly root: string;
  /** The client system. */
  readonly consumer: string;
  readonly person: string | null;
  readonly roles: readonly string[];
  readonly platform: string | null;
  readonly scopes: readonly string[];
  readonly purpose: string | null;
  /** Who performs a mutation. */
  readonly actor: Actor | null;
}

export function payloadOf(
  iss: string,
  nowMs: number,
  root: Buffer,
  { client, person, roles, platform, scopes, purpose }: Caller,
  actor: Actor | undefined,
): Payload {
  const iat = Math.floor(nowMs / 1000);
  return {
    iss,
    iat,
    exp: iat + maxLifeSeconds,
    root: root.toString('base64url'),
    consumer: client,
    person,
    roles,
    platform,
    scopes,
    purpose,
    actor: actor ?? null,
  };
}

export function callerOf(payload: Payload): Caller {
  const { consumer: client, person, roles, platform, scopes, purpose } = payload;
  return { client, person, roles, platform, scopes, purpose };
}

/** Reads a payload; undefined when it is none. What it does not know it leaves out. */
export function readPayload(value: unknown): Payload | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { iss, iat, exp, root, consumer, person, roles, platform, scopes, purpose, actor } =
    value as Readonly<Record<string, unknown>>;
  if (typeof iss !== 'string' || typeof consumer !== 'string') return undefined;
  if (!isTime(iat) || !isTime(exp) || exp <= iat || exp - iat > maxLifeSeconds) return undefined;
  if (typeof root !== 'string' || Buffer.from(root, 'base64url').length !== hashBytes) {
    return undefined;
  }
  if (!isTextOrNull(person) || !isTextOrNull(platform) || !isTextOrNull(purpose)) return undefined;
  if (!isTexts(roles) || !isTexts(scopes)) return undefined;
  if (actor !== null && !isActor(actor)) return undefined;
  return { iss, iat, exp, root, consumer, person, roles, platform, scopes, purpose, actor };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isActor(value: unknown): value is Actor {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, reference } = value as Readonly<Record<string, unknown>>;
  if (typeof kind !== 'string' || typeof reference !== 'string') return false;
  return parseActor(`${kind}:${reference}`)?.kind === kind;
}
