/** Resolvers of what the registry lets everybody read: no token, no network address, no stranger's words. */
import {
  NetError,
  contractModules,
  contractVersion,
  fieldModule,
  typeModule,
  type Caller,
} from '@onenet/contract';
import { ObjectId } from 'mongodb';
import type { Directory } from '../directory.ts';
import { connectionOf } from './entry.ts';
import type {
  CurrentVersion,
  MaintenanceWindow,
  RegistryEntry,
  VersionDocument,
  Who,
} from './entry.ts';
import type { Registry } from './registry.ts';
import type { Step } from './report.ts';
import type { TrailDocument } from './store.ts';

const maxVersions = 100;
const maxEvents = 200;

interface EventsArguments {
  readonly platform?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

interface EventsContext {
  readonly caller: Caller;
}

/** Who is granted what is for the platform that it concerns; that, and who may sign in, for administrators and auditors. */
function withheldFrom({ client, roles, platform }: Caller): object {
  const seesAll = roles.includes('administrator') || roles.includes('auditor');
  if (client !== 'dashboard' || seesAll) return {};
  return {
    $nor: [{ action: /^GRANT_/, platform: { $ne: platform } }, { action: /^(?:PERSON|PASSWORD)_/ }],
  };
}

export function registryResolvers(directory: Directory, registry: Registry) {
  const { versions, trail } = registry.store;
  return {
    Query: {
      skew: () => directory.platforms(),
      registryEvents: async (_: unknown, args: EventsArguments, context: unknown) => {
        const first = inRange('first', args.first ?? 50, maxEvents);
        const filter = {
          ...(args.platform == null ? {} : { platform: args.platform }),
          ...(args.after == null ? {} : { _id: { $lt: cursor(args.after) } }),
          ...withheldFrom((context as EventsContext).caller),
        };
        const found = await trail
          .find(filter)
          .sort({ _id: -1 })
          .limit(first + 1)
          .toArray();
        const nodes = found.slice(0, first);
        return {
          nodes,
          hasNextPage: found.length > first,
          endCursor: nodes.at(-1)?._id.toHexString() ?? null,
        };
      },
    },
    Platform: {
      contractVersion: ({ current }: RegistryEntry) => current?.contractVersion ?? null,
      currentVersion: ({ _id: code, current }: RegistryEntry) =>
        current === null
          ? null
          : versions.findOne({ _id: `${code}/${current.number}` }, { projection: { sdl: 0 } }),
      versions: ({ _id: platform }: RegistryEntry, { first }: { first?: number | null }) =>
        versions
          .find({ platform }, { projection: { sdl: 0 } })
          .sort({ number: -1 })
          .limit(inRange('first', first ?? 20, maxVersions))
          .toArray(),
      maintenance: ({ maintenance }: RegistryEntry) =>
        maintenance.filter(({ until }) => until > new Date()),
    },
    PlatformVersion: {
      additions: ({ additions }: CurrentVersion) => additions?.coordinates ?? [],
      at: ({ at }: VersionDocument) => at.toISOString(),
      by: ({ by }: VersionDocument) => actorOf(by),
    },
    MaintenanceWindow: {
      from: ({ from }: MaintenanceWindow) => from.toISOString(),
      until: ({ until }: MaintenanceWindow) => until.toISOString(),
    },
    PlatformSkew: {
      platform: (entry: RegistryEntry) => entry,
      connection: connectionOf,
      version: ({ current }: RegistryEntry) => current?.number ?? null,
      contractVersion: ({ current }: RegistryEntry) => current?.contractVersion ?? null,
      behind: ({ current }: RegistryEntry) =>
        current === null ? null : current.contractVersion === contractVersion ? 0 : 1,
      modules: ({ current }: RegistryEntry) => modulesSkew(current),
    },
    RegistryEvent: {
      id: ({ _id: id }: TrailDocument) => id.toHexString(),
      at: ({ at }: TrailDocument) => at.toISOString(),
      platform: ({ platform }: TrailDocument) =>
        platform === null ? null : (directory.platform(platform) ?? null),
      by: ({ by }: TrailDocument) => actorOf(by),
      steps: ({ report }: TrailDocument) => report?.steps ?? null,
    },
    PublishStep: {
      findings: ({ findings }: Step) => [...new Set(findings.map(({ code }) => code))],
    },
  };
}

/** Every module of the contract, and what of it the version does not have. */
function modulesSkew(current: CurrentVersion | null) {
  return contractModules.map(({ name }) => {
    const isOffered = current?.modules.includes(name) ?? false;
    return {
      module: name,
      isOffered,
      lacks: isOffered ? (current?.lacks ?? []).filter((each) => moduleOf(each) === name) : null,
    };
  });
}

/** The module to which a coordinate belongs; a field of an input or a value of an enum to its type's. */
function moduleOf(coordinate: string): string {
  const [type = '', field = ''] = coordinate.replace(/\(.*$/, '').split('.');
  const module = fieldModule(type, field);
  return module === 'core' ? (typeModule(type) ?? module) : module;
}

function actorOf({ kind }: Who): string {
  return kind.toUpperCase();
}

function inRange(name: string, value: number, most: number): number {
  if (value >= 1 && value <= most) return value;
  throw new NetError('BAD_INPUT', `\`${name}: ${value}\` is out of range: from 1 to ${most}.`);
}

function cursor(text: string): ObjectId {
  if (/^[0-9a-f]{24}$/.test(text)) return new ObjectId(text);
  throw new NetError('BAD_CURSOR', `"${text.slice(0, 40)}" is no \`endCursor\` of registryEvents.`);
}
