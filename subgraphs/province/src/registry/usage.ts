/** Who used what of a platform lately: asked of analytics, which reads what the gateway answered. */
import { analyticsCode } from '@onenet/assertion';
import {
  contractModules,
  contractSchema,
  coordinatesOf,
  fieldModule,
  typeModule,
} from '@onenet/contract';
import type { Sign } from './probe.ts';

/** One client system's requests. */
export interface ClientUse {
  readonly client: string;
  readonly requests: number;
}

export interface Usage {
  /** By what was asked about; who is in none used none. */
  readonly clients: ReadonlyMap<string, readonly ClientUse[]>;
  /** Days of which it is known who used what. */
  readonly days: number;
}

/**
 * Which client systems asked a platform for each of these lately: coordinates, names of types or of
 * modules. `unknown` where nothing is recorded, which is not the same as nobody.
 */
export type UsageOf = (platform: string, names: readonly string[]) => Promise<Usage | 'unknown'>;

const lookBackDays = 90;
const dayMs = 86_400_000;
const answerWithinMs = 2_000;
/** Clients × coordinates of one answer; a full one may lack somebody. */
const mostRows = 10_000;
/** What the gateway answered longer ago than this must be in. */
const mostLagSeconds = 600;

const query = `query Usage($platform: ID, $coordinates: [String!], $from: String) {
  usageStatus { ok since lagSeconds }
  operationUsage(platform: $platform, coordinates: $coordinates, from: $from, first: ${mostRows}) {
    coordinate client requests
  }
}`;

interface Answer {
  readonly usageStatus: {
    readonly ok: boolean;
    readonly since: string | null;
    readonly lagSeconds: number | null;
  } | null;
  readonly operationUsage: readonly (ClientUse & { readonly coordinate: string })[] | null;
}

/** Analytics at this base URL; while it does not answer, nothing is known. */
export function usageByAnalytics(analyticsUrl: string, sign: Sign): UsageOf {
  return async (platform, names) => {
    const parts = new Map(names.map((name) => [name, coordinatesIn(name)]));
    const from = new Date(Date.now() - lookBackDays * dayMs).toISOString();
    const coordinates = [...new Set([...parts.values()].flat())];
    const answer = await ask(analyticsUrl, sign, { platform, coordinates, from });
    const { usageStatus: status, operationUsage: rows } = answer ?? {};
    if (!status || !rows || rows.length >= mostRows) return 'unknown';
    if (!status.ok || (status.lagSeconds ?? Infinity) > mostLagSeconds) return 'unknown';
    const byCoordinate = Map.groupBy(rows, ({ coordinate }) => coordinate);
    const usedBy = (inName: readonly string[]) =>
      clientsOf(inName.flatMap((coordinate) => byCoordinate.get(coordinate) ?? []));
    return {
      clients: new Map([...parts].map(([name, inName]) => [name, usedBy(inName)])),
      days: daysSince(status.since),
    };
  };
}

/** A module is used where something of it is. */
function coordinatesIn(name: string): readonly string[] {
  const module = contractModules.find((each) => each.name === name);
  if (!module) return [name];
  return coordinatesOf(contractSchema()).filter((coordinate) => {
    const [type = '', field] = coordinate.split(/[.(]/);
    if (field === undefined) return false;
    return typeModule(type) === name || fieldModule(type, field) === name;
  });
}

/** Each client once, with its most asked coordinate's requests: they are of the same requests. */
function clientsOf(uses: readonly ClientUse[]): readonly ClientUse[] {
  return [...Map.groupBy(uses, ({ client }) => client)]
    .map(([client, each]) => ({
      client,
      requests: Math.max(...each.map(({ requests }) => requests)),
    }))
    .toSorted((a, b) => b.requests - a.requests);
}

function daysSince(since: string | null): number {
  if (since === null) return 0;
  return Math.min(lookBackDays, Math.floor((Date.now() - Date.parse(since)) / dayMs));
}

async function ask(
  analyticsUrl: string,
  sign: Sign,
  variables: object,
): Promise<Answer | undefined> {
  try {
    const target = new URL('/graphql', analyticsUrl);
    const path = target.pathname;
    const body = JSON.stringify({ query, variables });
    const response = await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...sign({ owner: analyticsCode, method: 'POST', path, body }),
      },
      body,
      signal: AbortSignal.timeout(answerWithinMs),
      redirect: 'error',
    });
    const { data, errors } = (await response.json()) as { data?: Answer; errors?: unknown };
    return errors === undefined ? data : undefined;
  } catch {
    return undefined;
  }
}
