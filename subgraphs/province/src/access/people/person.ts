/** A person who signs in: a leader, a platform's team, an administrator or an auditor. */
import { randomBytes } from 'node:crypto';
import { scopeNames } from '@onenet/contract';
import type { Caller } from '@onenet/contract';

export const personRoles = ['leader', 'team', 'administrator', 'auditor'] as const;
export type PersonRole = (typeof personRoles)[number];

export interface PersonDocument {
  /** Opaque: it stands in records. */
  readonly _id: string;
  /** By which the person signs in, in lower case; of another provider's people, issuer and subject. */
  readonly name: string;
  /** What is shown instead of such a name. */
  readonly displayName: string | null;
  readonly roles: readonly PersonRole[];
  /** The platform of a team; null for the others. */
  readonly platform: string | null;
  /** argon2id with its parameters; null: signs in elsewhere. */
  readonly password: string | null;
  /** Who the person is at the provider of identities; null: signs in here. */
  readonly oidc: { readonly issuer: string; readonly subject: string } | null;
  readonly createdAt: Date;
}

export function newPersonId(): string {
  return `p-${randomBytes(9).toString('hex')}`;
}

/** Names are compared without regard to case and to the ways of writing a letter. */
export function normalizedName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The person as the caller of what the dashboard asks: nobody has personal scopes. */
export function callerOf({ _id: person, roles, platform }: PersonDocument): Caller {
  const mayRead = roles.includes('leader') || roles.includes('team');
  const scopes = mayRead ? scopeNames().filter((scope) => scope.endsWith(':read')) : [];
  return { client: 'dashboard', person, roles, platform, scopes, purpose: null };
}
