/** What the operator may say of a client: every field checked, with what is taken where one is left out. */
import { NetError, schemaVariants, scopeModes, scopeNames } from '@onenet/contract';
import type { ClientLimits } from '@onenet/contract';
import type { Fields } from '../registry/fields.ts';
import { clientKinds, type ClientProfile } from './client.ts';

/** Names by which parts of the net call: a client of such a name would have their rights. */
const reservedIds: ReadonlySet<string> = new Set([
  'analytics',
  'dashboard',
  'gateway',
  'local',
  'onenet',
  'operator',
  'province',
  'registry',
]);

export const defaultLimits: ClientLimits = {
  perSecond: 20,
  burst: 40,
  perDay: 100_000,
  concurrent: 8,
};

const most = { perSecond: 10_000, burst: 100_000, perDay: 1_000_000_000, concurrent: 1_000 };

/** `id` and profile of a new client. */
export function parseNewClient(fields: Fields): {
  readonly id: string;
  readonly profile: ClientProfile;
} {
  const id = fields.text('id');
  if (!/^[a-z][a-z0-9-]{1,62}$/.test(id) || reservedIds.has(id)) {
    throw new NetError(
      'BAD_INPUT',
      `\`id\` is "${id}", and must be 2 to 63 lower-case letters, digits and hyphens, the first a letter, and none of ${[...reservedIds].join(', ')}.`,
    );
  }
  const profile: ClientProfile = {
    name: fields.text('name'),
    nameEn: fields.text('nameEn'),
    kind: fields.oneOf('kind', clientKinds),
    scopes: fields.optional('scopes', (at) => parseScopes(fields, at)) ?? [],
    purposes: parsePurposes(fields),
    mode: fields.optional('mode', (at) => fields.oneOf(at, scopeModes)) ?? 'FILTER',
    variant: fields.optional('variant', (at) => fields.oneOf(at, schemaVariants)) ?? 'PARTNER',
    adHoc: fields.optional('adHoc', (at) => fields.flag(at)) ?? false,
    limits: fields.optional('limits', (at) => parseLimits(fields, at)) ?? defaultLimits,
    platform: fields.optional('platform', (at) => fields.text(at)) ?? null,
  };
  return { id, profile };
}

/** What may be said anew of a client: its scopes and limits have actions of their own. */
export type ProfileChange = Partial<Omit<ClientProfile, 'scopes' | 'limits' | 'platform'>>;

/** Of a profile, what is given; something must be. */
export function parseProfileChange(fields: Fields): ProfileChange {
  const text = (name: string) => fields.optional(name, (at) => fields.text(at));
  const given = {
    name: text('name'),
    nameEn: text('nameEn'),
    kind: fields.optional('kind', (at) => fields.oneOf(at, clientKinds)),
    purposes: fields.optional('purposes', () => parsePurposes(fields)),
    mode: fields.optional('mode', (at) => fields.oneOf(at, scopeModes)),
    variant: fields.optional('variant', (at) => fields.oneOf(at, schemaVariants)),
    adHoc: fields.optional('adHoc', (at) => fields.flag(at)),
  };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  if (said.length > 0) return Object.fromEntries(said);
  throw new NetError('BAD_INPUT', `Nothing is given: of ${Object.keys(given).join(', ')}.`);
}

/** Scopes of the contract, each once, in the contract's order. */
export function parseScopes(fields: Fields, field: string): readonly string[] {
  const given = fields.texts(field, 100);
  const known = scopeNames();
  const unknown = given.find((scope) => !known.includes(scope));
  if (unknown !== undefined) {
    throw new NetError(
      'BAD_INPUT',
      `\`${field}\`: there is no scope "${unknown.slice(0, 80)}"; there are ${known.join(', ')}.`,
    );
  }
  return known.filter((scope) => given.includes(scope));
}

/** Limits of which any may be left out: it stays as `before` has it. */
export function parseLimits(
  fields: Fields,
  field: string,
  before: ClientLimits = defaultLimits,
): ClientLimits {
  return fields.nested(field, (limits) => {
    const limit = (name: keyof ClientLimits): number =>
      limits.optional(name, (at) => limits.integer(at, 1, most[name])) ?? before[name];
    return {
      perSecond: limit('perSecond'),
      burst: limit('burst'),
      perDay: limit('perDay'),
      concurrent: limit('concurrent'),
    };
  });
}

/** At least one: who cannot say why it asks has no reason to. They stand in a header, so they are ASCII. */
function parsePurposes(fields: Fields): readonly string[] {
  const purposes = [...new Set(fields.texts('purposes', 50))];
  const wrong = purposes.find((purpose) => !/^[a-z][a-z0-9-]{1,62}$/.test(purpose));
  if (purposes.length > 0 && wrong === undefined) return purposes;
  throw new NetError(
    'BAD_INPUT',
    `\`purposes\` has ${wrong === undefined ? 'none' : `"${wrong.slice(0, 80)}"`}, and must have 1 to 50, such as pension-review: lower-case letters, digits and hyphens.`,
  );
}
