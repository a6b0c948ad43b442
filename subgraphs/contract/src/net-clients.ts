/** Who may ask besides people: the clients and the grants of the owner directory. */
import { integer, list, object, oneOf, text, texts, truth } from './net-read.ts';

/** How a client meets a field for which its token has no scope: null with an error, or the whole operation refused. */
export const scopeModes = ['FILTER', 'REJECT'] as const;
export type ScopeMode = (typeof scopeModes)[number];

/** What of the schema a caller is shown, and may name. */
export const schemaVariants = ['PUBLIC', 'PARTNER', 'INTERNAL'] as const;
export type SchemaVariant = (typeof schemaVariants)[number];

/** A third party's system that the province has admitted; one that is suspended is not in the snapshot. */
export interface NetClient {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  /** Those that its tokens may have. */
  readonly scopes: readonly string[];
  /** Why it may ask; each call names one, where there are several. */
  readonly purposes: readonly string[];
  readonly mode: ScopeMode;
  readonly variant: SchemaVariant;
  /** Whether it may ask what is not registered. */
  readonly adHoc: boolean;
  readonly limits: ClientLimits;
  /** The platform for which it speaks, if it is one's own system. */
  readonly platform: string | null;
  /** Tokens issued before are refused; seconds since 1970. */
  readonly notBefore: number;
}

/** How much a client may ask, over all gateways. */
export interface ClientLimits {
  /** Operations a second, in the long run. */
  readonly perSecond: number;
  /** Operations at once, after a pause. */
  readonly burst: number;
  /** Operations a calendar day in Asia/Shanghai. */
  readonly perDay: number;
  /** Operations under way. */
  readonly concurrent: number;
}

/** What an owner lets a client ask; one that has ended is not in the snapshot. */
export interface NetGrant {
  readonly id: string;
  readonly client: string;
  readonly platform: string;
  readonly scopes: readonly string[];
  readonly purpose: string;
  /** RFC 3339; null: until it is revoked. */
  readonly until: string | null;
}

/** Checks a client of a snapshot. */
export function parseClient(value: unknown, where: string): NetClient {
  const client = object(value, where);
  const limits = object(client['limits'], `${where}.limits`);
  return {
    id: text(client['id'], `${where}.id`),
    name: text(client['name'], `${where}.name`),
    nameEn: text(client['nameEn'], `${where}.nameEn`),
    scopes: texts(client['scopes'], `${where}.scopes`),
    purposes: texts(client['purposes'], `${where}.purposes`),
    mode: oneOf(scopeModes, client['mode'], `${where}.mode`),
    variant: oneOf(schemaVariants, client['variant'], `${where}.variant`),
    adHoc: truth(client['adHoc'], `${where}.adHoc`),
    limits: {
      perSecond: integer(limits['perSecond'], `${where}.limits.perSecond`),
      burst: integer(limits['burst'], `${where}.limits.burst`),
      perDay: integer(limits['perDay'], `${where}.limits.perDay`),
      concurrent: integer(limits['concurrent'], `${where}.limits.concurrent`),
    },
    platform: client['platform'] === null ? null : text(client['platform'], `${where}.platform`),
    notBefore: integer(client['notBefore'], `${where}.notBefore`),
  };
}

/** Checks grants: of a snapshot, or those that an owner follows. */
export function parseGrants(value: unknown, where: string): readonly NetGrant[] {
  return list(value, where).map((grant, i) => parseGrant(grant, `${where}[${i}]`));
}

function parseGrant(value: unknown, where: string): NetGrant {
  const grant = object(value, where);
  return {
    id: text(grant['id'], `${where}.id`),
    client: text(grant['client'], `${where}.client`),
    platform: text(grant['platform'], `${where}.platform`),
    scopes: texts(grant['scopes'], `${where}.scopes`),
    purpose: text(grant['purpose'], `${where}.purpose`),
    until: grant['until'] === null ? null : text(grant['until'], `${where}.until`),
  };
}
