/** Changes of the contract, each with the platforms that it concerns and the consumers that used what it breaks. */
import { fieldModule, typeModule, type ContractChange, type ModuleName } from '@onenet/contract';
import { queryGraphql, queryProvince } from './registry.ts';

/** A change, with whom it concerns. */
export interface WeighedChange extends ContractChange {
  /** Connected platforms that offer what is changed, and those that do not. */
  readonly offeredBy: readonly string[];
  readonly lackedBy: readonly string[];
  /** Of a breaking change: which client systems asked for it, how often; null: not known. */
  readonly usedBy: readonly ClientUse[] | null;
}

interface ClientUse {
  readonly client: string;
  readonly requests: number;
  readonly lastSeen: string;
}

/** What nobody can tell to be unused counts as used. */
export function isInUse({ breaking, usedBy }: WeighedChange): boolean {
  return breaking !== null && (usedBy === null || usedBy.length > 0);
}

interface Skew {
  readonly platform: { readonly code: string };
  readonly connection: string;
  readonly modules: readonly {
    readonly module: string;
    readonly isOffered: boolean;
    readonly lacks: readonly string[] | null;
  }[];
}

/** Asks the registry who offers what is changed, and the gateway who used it. */
export async function weigh(
  changes: readonly ContractChange[],
  access: { readonly gateway: string; readonly province: string },
): Promise<readonly WeighedChange[]> {
  const { skew } = await queryProvince(
    access,
    '{ skew { platform { code } connection modules { module isOffered lacks } } }',
  );
  const platforms = (skew as readonly Skew[]).filter(
    ({ connection }) => connection === 'CONNECTED',
  );
  const usage = await usageOf(access.gateway, changes);
  return changes.map((change) => {
    const { coordinate, breaking } = change;
    const codes = Map.groupBy(platforms, (platform) => offers(platform, coordinate));
    const codesThat = (offered: boolean) =>
      (codes.get(offered) ?? []).map(({ platform }) => platform.code);
    const known = usage === undefined ? null : (usage.get(coordinate) ?? []);
    const usedBy = breaking === null ? [] : known;
    return { ...change, offeredBy: codesThat(true), lackedBy: codesThat(false), usedBy };
  });
}

function offers({ modules }: Skew, coordinate: string): boolean {
  const name = moduleOf(coordinate);
  const module = modules.find((each) => each.module === name);
  if (!module?.isOffered) return false;
  return !(module.lacks ?? []).some((lacked) => coordinate === lacked);
}

function moduleOf(coordinate: string): ModuleName | undefined {
  const [type = '', field] = coordinate.split(/[.(]/);
  const defined = typeModule(type);
  // A root field is of its own module, whichever began the type.
  return field === undefined || defined === undefined ? defined : fieldModule(type, field);
}

interface UsageAnswer {
  readonly usageStatus: { readonly ok: boolean; readonly since: string | null } | null;
  readonly operationUsage: readonly (ClientUse & { readonly coordinate: string })[] | null;
}

const mostRows = 10_000;

/** By coordinate, who asked for what a change breaks; undefined: not known. */
async function usageOf(
  gateway: string,
  changes: readonly ContractChange[],
): Promise<ReadonlyMap<string, readonly ClientUse[]> | undefined> {
  const breaking = changes.filter((change) => change.breaking !== null);
  if (breaking.length === 0) return new Map();
  const coordinates = [...new Set(breaking.map(usedAs))];
  const data = (await queryGraphql(
    'gateway',
    gateway,
    `query ContractDiff($coordinates: [String!]) {
      usageStatus { ok since }
      operationUsage(coordinates: $coordinates, first: ${mostRows}) { coordinate client requests lastSeen }
    }`,
    { coordinates },
  ).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return {};
  })) as Partial<UsageAnswer>;
  const { usageStatus: status, operationUsage: rows } = data;
  if (!status || !rows || status.since === null || rows.length >= mostRows) return undefined;
  const byUsed = Map.groupBy(rows, ({ coordinate }) => coordinate);
  return new Map(
    breaking.map((change) => [
      change.coordinate,
      (byUsed.get(usedAs(change)) ?? []).map(({ client, requests, lastSeen }) => ({
        client,
        requests,
        lastSeen,
      })),
    ]),
  );
}

/** What is newly required breaks whoever uses that to which it belongs, whether or not they give it. */
function usedAs({ kind, coordinate }: ContractChange): string {
  if (kind === 'ARGUMENT_ADDED' || kind === 'ARGUMENT_TYPE_CHANGED') {
    return coordinate.replace(/\(.*$/, '');
  }
  if (kind === 'INPUT_FIELD_ADDED' || kind === 'INPUT_FIELD_TYPE_CHANGED') {
    return coordinate.replace(/\..*$/, '');
  }
  return coordinate;
}
