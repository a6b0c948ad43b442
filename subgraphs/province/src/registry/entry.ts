/** What the registry keeps: platforms, their admitted versions, tokens, and who did what. */
import type {
  ConnectionStatus,
  ContractVersion,
  ModuleName,
  OwnerBudget,
  PlatformKind,
} from '@onenet/contract';
import type { PublishedFigure, ResponsibleOffice } from '@onenet/platforms';
import type { Report } from './report.ts';

/** A platform of the net. */
export interface RegistryEntry {
  /** The platform's code. */
  readonly _id: string;
  /** `reference`: its profile follows `platform.json`; `registered`: it is the registry's own. */
  readonly origin: 'reference' | 'registered';
  readonly profile: PlatformProfile;
  /** As switched; a maintenance window that is open comes on top. */
  readonly connection: ConnectionStatus;
  /** What `connection` becomes when a suspension ends. */
  readonly resumesTo: ConnectionStatus | null;
  readonly registeredAt: Date;
  /** Fixed when the platform is registered, whatever its definition says later; null: it has none. */
  readonly portOffset: number | null;
  /** Base URL where it does not answer at the base port plus its offset. */
  readonly url: string | null;
  /** The greatest number that a version of it has; 0: none was admitted yet. */
  readonly lastVersion: number;
  /** The version that the net asks by; null: none. */
  readonly current: CurrentVersion | null;
  /** Windows that are not over, by their begin. */
  readonly maintenance: readonly MaintenanceWindow[];
  /** Whether one of them is open; written when the clock passes its begin and its end. */
  readonly inMaintenance: boolean;
  /** Who answers for its data, as its team says; absent: as the profile does. */
  readonly responsible?: ResponsibleOffice;
  /** Its own kill switch: nothing is asked of it. Absent: it is not stopped. */
  readonly stopped?: boolean;
  /** How much the net may ask of it; absent or null: as much as there is. */
  readonly budget?: OwnerBudget | null;
}

/** What is shown of a platform, and by what the net finds it. */
export interface PlatformProfile {
  /** In Chinese. */
  readonly name: string;
  readonly nameEn: string;
  readonly kind: PlatformKind;
  /** Code of the platform above it. */
  readonly parent: string | null;
  /** Codes of the divisions that it serves, each with all below it. */
  readonly serves: readonly string[];
  /** WGS 84, degrees; null: it has no pin. */
  readonly position: { readonly latitude: number; readonly longitude: number } | null;
  /** Who answers for its data; absent or null: nobody is named yet. */
  readonly responsible?: ResponsibleOffice | null;
  /** Modules that it means to offer; once a version is admitted, that version's count. */
  readonly modules: readonly ModuleName[];
  readonly publishedFigures: readonly PublishedFigure[];
  /** What is generated for demonstration, in Chinese. */
  readonly demoNotice: string | null;
}

/** What the net needs to know of the version that it asks by. */
export interface CurrentVersion {
  readonly number: number;
  readonly contractVersion: ContractVersion;
  readonly modules: readonly ModuleName[];
  /** Coordinates of the contract, within those modules, that it does not have. */
  readonly lacks: readonly string[];
  /** What it offers beyond the contract. */
  readonly additions: Additions | null;
  /** SHA-256 of its SDL, hexadecimal. */
  readonly sha256: string;
  /** Whether it follows the platform's definition in the reference net: nobody published it. */
  readonly seeded: boolean;
}

export interface Additions {
  readonly sdl: string;
  readonly coordinates: readonly string[];
}

/** A version that was admitted; kept for ever. */
export interface VersionDocument extends CurrentVersion {
  /** `<code>/<number>`. */
  readonly _id: string;
  readonly platform: string;
  readonly sdl: string;
  /** Base URL; null: at the base port plus the platform's offset. */
  readonly url: string | null;
  readonly at: Date;
  readonly by: Who;
  /** How it was admitted; null: it was seeded. */
  readonly report: Report | null;
}

/** A planned or running maintenance. */
export interface MaintenanceWindow {
  readonly id: string;
  readonly from: Date;
  readonly until: Date;
  readonly reason: string;
}

/** By whose authority something was done. */
export interface Who {
  /**
   * `clock`: a window or a grant began or ended; `program`: the province itself, or somebody on its
   * machine; `client` and `person`: as the gateway says.
   */
  readonly kind: 'operator' | 'platform' | 'clock' | 'program' | 'client' | 'person';
  /** The token's id, never the token. */
  readonly token: string | null;
  /** Which client or person: an opaque id. */
  readonly reference?: string;
}

/** One line of the audit trail. */
export interface TrailEntry {
  readonly at: Date;
  readonly platform: string | null;
  /** The client that it is about. */
  readonly client?: string;
  /** The person that it is about: an opaque id, and never a name. */
  readonly person?: string;
  readonly action: Action;
  readonly by: Who;
  /** The network address from which it was asked; shown to the operator only. */
  readonly from: string | null;
  /** The version that it is about. */
  readonly version: number | null;
  /** In words, with the values. */
  readonly detail: string | null;
  readonly report: Report | null;
}

export const actions = [
  'REGISTERED',
  'PUBLISHED',
  'REFUSED',
  'ROLLED_BACK',
  'WITHDRAWN',
  'SUSPENDED',
  'RESUMED',
  'SWITCHED',
  'MAINTENANCE_PLANNED',
  'MAINTENANCE_CANCELLED',
  'MAINTENANCE_BEGAN',
  'MAINTENANCE_ENDED',
  'STOPPED',
  'STARTED',
  'BUDGET_SET',
  'RESPONSIBLE_SET',
  'TOKEN_ISSUED',
  'TOKEN_REVOKED',
  'CLIENT_ADDED',
  'CLIENT_CHANGED',
  'CLIENT_ROTATED',
  'CLIENT_SUSPENDED',
  'CLIENT_RESUMED',
  'CLIENT_REVOKED',
  'PERSON_ADDED',
  'PERSON_CHANGED',
  'PERSON_RESET',
  'PERSON_REMOVED',
  'PASSWORD_CHANGED',
  'DOCUMENT_ADDED',
  'DOCUMENT_RETIRED',
  'GRANT_APPLIED',
  'GRANT_WITHDRAWN',
  'GRANT_APPROVED',
  'GRANT_REFUSED',
  'GRANT_REVOKED',
  'GRANT_ENDED',
] as const;
export type Action = (typeof actions)[number];

/** How the platform stands towards the net right now. */
export function connectionOf({
  connection,
  inMaintenance,
  stopped,
}: RegistryEntry): ConnectionStatus {
  if (stopped && connection === 'CONNECTED') return 'SUSPENDED';
  return connection === 'CONNECTED' && inMaintenance ? 'MAINTENANCE' : connection;
}

/** The modules that a platform offers, or means to offer. */
export function modulesOf({ current, profile }: RegistryEntry): readonly ModuleName[] {
  return current?.modules ?? profile.modules;
}

/** Who answers for a platform's data; null: nobody is named yet. */
export function responsibleFor({ responsible, profile }: RegistryEntry): ResponsibleOffice | null {
  return responsible ?? profile.responsible ?? null;
}

/** Whether a window of the platform is open at `now`. */
export function isInMaintenance(
  { maintenance }: Pick<RegistryEntry, 'maintenance'>,
  now: Date,
): boolean {
  return maintenance.some(({ from, until }) => from <= now && now < until);
}
