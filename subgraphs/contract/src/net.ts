/** The owner directory: the snapshot of the net that the province serves at `/net`, and its check. */
import { ownerAddresses, type OwnerAddresses } from './address.ts';
import { isPlatformCode } from './ids.ts';
import { parseDocumentEntry, type NetDocument } from './net-documents.ts';
import { parseClient, parseGrants, type NetClient, type NetGrant } from './net-clients.ts';
import { integer, list, object, oneOf, text, texts, url, wrong } from './net-read.ts';
import {
  contractModules,
  contractVersions,
  type ContractVersion,
  type ModuleName,
} from './modules.ts';

export const platformKinds = [
  'PROVINCE',
  'AID_CENTRE',
  'CITY',
  'COUNTY',
  'ENTERPRISE',
  'UNIVERSITY',
  'ZONE',
] as const;
export type PlatformKind = (typeof platformKinds)[number];

export const connectionStatuses = ['REGISTERED', 'CONNECTED', 'MAINTENANCE', 'SUSPENDED'] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** One platform, as the gateway and analytics need to know it. */
export interface NetOwner {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly kind: PlatformKind;
  /** Code of the platform above it. */
  readonly parent: string | null;
  readonly connection: ConnectionStatus;
  readonly graphqlUrl: string;
  readonly eventsUrl: string;
  /** Where these may lead, by the registry's policy: whoever calls them checks it at each connection. */
  readonly addresses: OwnerAddresses;
  /** Codes of the divisions that it serves, each with all below it. */
  readonly serves: readonly string[];
  readonly modules: readonly ModuleName[];
  /** As admitted. */
  readonly contractVersion: ContractVersion;
  /** The registry's number of the admitted version; 0: none. */
  readonly version: number;
  /** Coordinates of the contract, within its modules, that it does not have. */
  readonly lacks: readonly string[];
  /** Coordinates that the supergraph has from it: root fields, fields on the contract's types, types of its own. */
  readonly additions: readonly string[];
  /** Every ancestor of each served division. */
  readonly scope: { readonly above: readonly string[] };
  /** How much the net may ask of it; absent: as much as there is. */
  readonly budget?: OwnerBudget;
  /** That its records are generated, for demonstration; absent: they are not. */
  readonly demoNotice?: string;
}

/** What an owner lets the net ask of it, over all gateways; null: as much as there is. */
export interface OwnerBudget {
  /** Calls a second. */
  readonly perSecond: number | null;
  /** Calls under way. */
  readonly concurrent: number | null;
  /** Calls a second for any one client. */
  readonly perClientPerSecond: number | null;
}

/** By so much a revision leaps at least when the registry is restored: more than ever changes at once. */
export const restoredLeap = 1_000_000;

/**
 * The revision of a registry that is restored now from a backup of this one: it is news to everybody,
 * meets no revision of the time that was lost, not even where that was restored from the same backup,
 * and tells owners that what they knew of revocations may be later than what it says.
 */
export function restoredRevision(backedUp: number, nowMs: number): number {
  return Math.max(backedUp, Math.floor(nowMs / 1000) * restoredLeap) + restoredLeap;
}

/** Whether a registry of revision `next` was restored since it had `known`. */
export function isRestored(known: number, next: number): boolean {
  // By other means than ours there is no leap, and the revision falls.
  return next < known || next - known >= restoredLeap;
}

/** The whole net at one revision. */
export interface NetSnapshot {
  readonly version: 1;
  /** Rises with every change. */
  readonly revision: number;
  readonly contractVersion: string;
  /** The composed SDL. */
  readonly supergraph: string;
  /** GraphQL URLs of the province's own subgraphs. */
  readonly services: { readonly province: string; readonly analytics: string };
  /** By code. */
  readonly owners: readonly NetOwner[];
  /** By id. */
  readonly clients: readonly NetClient[];
  /** By id. */
  readonly grants: readonly NetGrant[];
  /** By name and version; absent: none. */
  readonly documents?: readonly NetDocument[];
}

/** Checks a decoded `/net` answer; throws an error that names the place and the value. */
export function parseNetSnapshot(value: unknown): NetSnapshot {
  const net = object(value, 'net');
  if (net['version'] !== 1) throw wrong('net.version', net['version'], '1');
  const services = object(net['services'], 'net.services');
  const owners = list(net['owners'], 'net.owners').map((owner, i) =>
    parseOwner(owner, `net.owners[${i}]`),
  );
  const codes = new Set(owners.map((owner) => owner.code));
  if (codes.size !== owners.length) throw new Error('net.owners: a code stands twice.');
  return {
    version: 1,
    revision: integer(net['revision'], 'net.revision'),
    contractVersion: text(net['contractVersion'], 'net.contractVersion'),
    supergraph: text(net['supergraph'], 'net.supergraph'),
    services: {
      province: url(services['province'], 'net.services.province'),
      analytics: url(services['analytics'], 'net.services.analytics'),
    },
    owners,
    clients: list(net['clients'] ?? [], 'net.clients').map((client, i) =>
      parseClient(client, `net.clients[${i}]`),
    ),
    grants: parseGrants(net['grants'] ?? [], 'net.grants'),
    documents: list(net['documents'] ?? [], 'net.documents').map((document, i) =>
      parseDocumentEntry(document, `net.documents[${i}]`),
    ),
  };
}

function parseOwner(value: unknown, where: string): NetOwner {
  const owner = object(value, where);
  const code = text(owner['code'], `${where}.code`);
  if (!isPlatformCode(code)) throw wrong(`${where}.code`, code, "a platform's code");
  const scope = object(owner['scope'], `${where}.scope`);
  const moduleNames = contractModules.map((module) => module.name);
  return {
    code,
    name: text(owner['name'], `${where}.name`),
    nameEn: text(owner['nameEn'], `${where}.nameEn`),
    kind: oneOf(platformKinds, owner['kind'], `${where}.kind`),
    parent: owner['parent'] === null ? null : text(owner['parent'], `${where}.parent`),
    connection: oneOf(connectionStatuses, owner['connection'], `${where}.connection`),
    graphqlUrl: url(owner['graphqlUrl'], `${where}.graphqlUrl`),
    eventsUrl: url(owner['eventsUrl'], `${where}.eventsUrl`),
    addresses: oneOf(ownerAddresses, owner['addresses'] ?? 'PUBLIC', `${where}.addresses`),
    serves: texts(owner['serves'], `${where}.serves`),
    // A module of a later contract is unknown here, and so not asked for.
    modules: moduleNames.filter((name) =>
      texts(owner['modules'], `${where}.modules`).includes(name),
    ),
    contractVersion: oneOf(contractVersions, owner['contractVersion'], `${where}.contractVersion`),
    version: integer(owner['version'] ?? 0, `${where}.version`),
    lacks: texts(owner['lacks'] ?? [], `${where}.lacks`),
    additions: texts(owner['additions'] ?? [], `${where}.additions`),
    scope: { above: texts(scope['above'], `${where}.scope.above`) },
    ...(owner['demoNotice'] != null && {
      demoNotice: text(owner['demoNotice'], `${where}.demoNotice`),
    }),
    ...(owner['budget'] != null && { budget: parseBudget(owner['budget'], `${where}.budget`) }),
  };
}

function parseBudget(value: unknown, where: string): OwnerBudget {
  const budget = object(value, where);
  const read = (name: keyof OwnerBudget): number | null =>
    budget[name] == null ? null : integer(budget[name], `${where}.${name}`);
  return {
    perSecond: read('perSecond'),
    concurrent: read('concurrent'),
    perClientPerSecond: read('perClientPerSecond'),
  };
}
