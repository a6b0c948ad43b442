/** What may be applied for: an application checked as far as it says itself whether it can be. */
import { NetError, grantableScopes } from '@onenet/contract';
import { ObjectId } from 'mongodb';
import { dueFrom, maxReason, openKey, type ApplicationDocument } from './grant.ts';

/** An application as it is handed in. */
export interface NewApplication {
  readonly client: string;
  /** Each decides for itself. */
  readonly platforms: readonly string[];
  readonly scopes: readonly string[];
  readonly purpose: string;
  readonly reason: string;
  /** Null: until it is revoked. */
  readonly until: Date | null;
}

/** Platforms of one application. */
const maxPlatforms = 200;

/** The document of an application that was submitted at `now`. */
export function applicationFrom(input: NewApplication, now: Date): ApplicationDocument {
  const platforms = distinct('platforms', input.platforms, maxPlatforms);
  const { client, purpose, until } = input;
  const scopes = knownScopes(input.scopes);
  mustLieAhead(until, now);
  const asked = { client, purpose, scopes };
  return {
    _id: new ObjectId().toHexString(),
    ...asked,
    reason: reasonOf('reason', input.reason),
    until,
    submittedAt: now,
    dueAt: dueFrom(now),
    decisions: platforms.map((platform) => ({
      platform,
      status: 'SUBMITTED',
      decidedAt: null,
      reason: null,
      grant: null,
    })),
    open: platforms.map((platform) => openKey(asked, platform)),
  };
}

/** Scopes that owners grant, each once, in the contract's order. */
export function knownScopes(given: readonly string[]): readonly string[] {
  const known = grantableScopes();
  const scopes = distinct('scopes', given, known.length);
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (unknown !== undefined) {
    throw new NetError(
      'BAD_INPUT',
      `\`scopes\`: there is no scope "${unknown.slice(0, 80)}"; there are ${known.join(', ')}.`,
    );
  }
  return known.filter((scope) => scopes.includes(scope));
}

export function mustLieAhead(until: Date | null, now: Date): void {
  if (until === null || until > now) return;
  throw new NetError('BAD_INPUT', `\`until\` is ${until.toISOString()}, which is over already.`);
}

/** A reason that people write, in a few lines at most. */
export function reasonOf(field: string, given: string): string {
  const text = given.trim();
  const { length } = text;
  if (length >= 1 && length <= maxReason) return text;
  throw new NetError(
    'BAD_INPUT',
    `\`${field}\` has ${length} characters, and must have 1 to ${maxReason}.`,
  );
}

function distinct(field: string, given: readonly string[], most: number): readonly string[] {
  const texts = [...new Set(given)].toSorted();
  if (texts.length >= 1 && texts.length <= most) return texts;
  throw new NetError(
    'BAD_INPUT',
    `\`${field}\` has ${texts.length === 0 ? 'none' : texts.length}, and must have 1 to ${most}.`,
  );
}
