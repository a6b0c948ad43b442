/** States: what an answer was counted from, so that the same figures can be had again, later and for ever. Long, because an answer and its state are one story. */
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { NetError } from '@onenet/contract';
import type { Later } from './cells.ts';
import { laterOf } from './as-of-later.ts';
import { readToken, writeToken } from './as-of-token.ts';
import type { State, StateFeed } from './as-of-token.ts';
import type { KnownOwner } from './ingest/directories.ts';
import type { FeedPlace } from './ingest/known-feeds.ts';
import { textOf } from './metrics/formula.ts';
import type { Metric } from './metrics/metric.ts';
import type { Feeds } from './scope.ts';
import type { Sources } from './series.ts';
import { valuesRule } from './values.ts';

/** What a figure means, by its name: a figure that means something else now is no longer the same. */
export type Definitions = ReadonlyMap<string, string>;

/** When a question is answered for: now, or at a state. */
export interface Moment {
  /** How the feeds stood. */
  readonly feeds: Feeds;
  /** Whether the owners of the feeds are those of then: a state from before they were kept has today's. */
  readonly hasOwners: boolean;
  /** Where every feed that ever came in stands now. */
  readonly places: ReadonlyMap<string, FeedPlace>;
  /** Of the platforms that have gone on since, where they were; nothing after that is counted. */
  readonly later: ReadonlyMap<string, Later>;
  /** Resolves the words for periods; refused when the same words meant another range at the state. */
  readonly periods: <T>(words: object, resolve: (nowMs: number) => T) => T;
  /** The token to ask for the same again, to be taken when everything is counted; null: this answer cannot be had again. */
  readonly state: () => string | null;
}

export interface Asked {
  /** A token that an answer gave, or the name under which it was kept; without one, the state of now is asked for. */
  readonly state?: string | null | undefined;
  readonly definitions: Definitions;
  /** Undefined: all. */
  readonly platforms?: readonly string[] | undefined;
}

/** How often a question is asked again though inserts are held up: a log may be taken up anew, or raw be forgotten. */
const maxTries = 3;

/**
 * Answers a question about one state: nothing comes in meanwhile, and what came in since counts nowhere. Where others
 * insert too, a moment in which they do not suffices; where there is none, they are held up.
 */
export async function asOf<T>(
  sources: Sources,
  asked: Asked,
  nowMs: number,
  answer: (moment: Moment) => Promise<T>,
): Promise<T> {
  const { ingest } = sources;
  const then =
    asked.state == null ? undefined : readToken(await ingest.states.tokenOf(asked.state));
  if (then) checkDefinitions(then, asked.definitions);
  const ask = async (others: Places | undefined): Promise<T> =>
    await ingest.question(async (isUndisturbed) => {
      const places = new Map([...ingest.places(), ...(others ?? [])]);
      const attempt = { ...asked, given: then, places, isUndisturbed };
      return await answerAt(sources, attempt, nowMs, answer);
    });
  const quiet = await ingest.othersPlaces();
  if (quiet === undefined) return await ask(quiet);
  if ([...quiet.values()].every(({ isSettled }) => isSettled)) {
    const answered = await ask(quiet);
    if (isDeepStrictEqual(quiet, await ingest.othersPlaces())) return answered;
  }
  return await ingest.paused(async () => {
    let others = await ingest.othersPlaces();
    for (let tries = 1; tries < maxTries; tries++) {
      const answered = await ask(others);
      const after = await ingest.othersPlaces();
      if (isDeepStrictEqual(others, after)) return answered;
      others = after;
    }
    return await ask(unsettled(others));
  });
}

function unsettled(places: Places | undefined): Places | undefined {
  return places && new Map([...places].map(([code, of]) => [code, { ...of, isSettled: false }]));
}

interface Attempt extends Asked {
  /** That of the token; undefined: now. */
  readonly given: State | undefined;
  readonly places: Places;
  readonly isUndisturbed: () => boolean;
}

async function answerAt<T>(
  { clickhouse, ingest }: Sources,
  { given: then, places, isUndisturbed, definitions, platforms }: Attempt,
  nowMs: number,
  answer: (moment: Moment) => Promise<T>,
): Promise<T> {
  const later = then
    ? await laterOf(clickhouse, then, places, platforms)
    : new Map<string, Later>();
  const state = then ?? stateNow(ingest, places, await ingest.directories.current(), nowMs);
  const owners = then?.directory == null ? undefined : await ownersThen(ingest, then.directory);
  let { periods } = state;
  const answered = await answer({
    feeds: feedsOf(state, owners ?? ingest.netOwners(), places),
    hasOwners: then === undefined || owners !== undefined,
    places,
    later,
    periods<R>(words: object, resolve: (momentMs: number) => R): R {
      const resolved = resolve(state.atMs);
      const said = { words: definition(words), ranges: JSON.stringify(resolved) };
      if (then?.periods.words === said.words && then.periods.ranges !== said.ranges) {
        throw new NetError(
          'BAD_INPUT',
          `\`state\` is of the period ${then.periods.ranges}, which is computed otherwise since: ${said.ranges}. Ask without \`state\`.`,
        );
      }
      periods = said;
      return resolved;
    },
    state: () =>
      isUndisturbed() && isAllSettled(state, platforms)
        ? writeToken({
            ...state,
            periods,
            definitions: new Map([...state.definitions, ...definitions]),
          })
        : null,
  });
  if (then && !isUndisturbed()) {
    throw new NetError(
      'TOO_COSTLY',
      'Counting up to `state` took so long that events came in meanwhile: ask for fewer metrics, a shorter period, or fewer platforms.',
    );
  }
  return answered;
}

/** Whether of all that is asked about every table had the same. */
function isAllSettled({ feeds }: State, platforms: readonly string[] | undefined): boolean {
  return feeds.every((feed) => feed.isSettled || platforms?.includes(feed.code) === false);
}

/** What these metrics mean now. */
export function definitionsOf(metrics: readonly Metric[]): Definitions {
  return new Map(
    metrics.map(({ name, kind, types, expression, whole, inFen, source }) => [
      name,
      definition([
        kind,
        types,
        expression,
        whole ? textOf(whole) : '',
        inFen ?? false,
        ...(kind === 'DISTRIBUTION' && source === undefined ? [valuesRule] : []),
      ]),
    ]),
  );
}

/** A short hash of all that a figure depends on. */
export function definition(of: unknown): string {
  return hash('sha256', JSON.stringify(of)).slice(0, 8);
}

/** What consumers asked of the gateway is read from another log, of which no state is kept. */
export function refuseUsage(metrics: readonly Metric[], state: string | null | undefined): void {
  const usage = state == null ? undefined : metrics.find(({ source }) => source !== undefined);
  if (!usage) return;
  throw new NetError(
    'BAD_INPUT',
    `"${usage.name}" is of usage, and \`state\` of what happened at platforms: ask for it without \`state\`.`,
  );
}

function checkDefinitions(then: State, now: Definitions): void {
  const changed = [...now].find(
    ([name, meaning]) => (then.definitions.get(name) ?? meaning) !== meaning,
  );
  if (!changed) return;
  throw new NetError(
    'BAD_INPUT',
    `\`state\` is of another version of the metrics: "${changed[0]}" is defined otherwise since. Ask without \`state\`.`,
  );
}

/** The owners as the directory had them. */
async function ownersThen(
  ingest: Sources['ingest'],
  directory: string,
): Promise<readonly KnownOwner[]> {
  const owners = await ingest.directories.of(directory);
  if (owners) return owners;
  throw new NetError(
    'BAD_INPUT',
    `\`state\` is of a directory of owners that is not kept here (${directory}): names, kinds and modules of then are not known. Ask without \`state\`.`,
  );
}

function stateNow(
  ingest: Sources['ingest'],
  places: Places,
  directory: string | null,
  nowMs: number,
): State {
  const connected = new Map(
    ingest
      .statuses()
      .filter(({ state }) => state !== 'NOT_CONNECTED')
      .map((status) => [status.platform, status]),
  );
  const codes = new Set([...places.keys(), ...connected.keys()]);
  const feeds = [...codes].map((code): StateFeed => {
    const status = connected.get(code);
    const place = places.get(code);
    return {
      code,
      epoch: place?.epoch ?? 0,
      sequence: place?.sequence ?? 0,
      head: place?.head ?? '',
      recordedTime: place?.recordedTime ?? null,
      rejected: place?.rejected ?? 0,
      isSettled: place?.isSettled ?? true,
      ...(status ? { freshness: { state: status.state, completeTo: status.completeTo } } : {}),
    };
  });
  return {
    atMs: nowMs,
    isExact: true,
    periods: { words: '', ranges: '' },
    definitions: new Map(),
    feeds,
    directory,
  };
}

type Places = ReadonlyMap<string, FeedPlace>;

/** The feeds as they stood, in today's epochs. */
function feedsOf(then: State, owners: readonly KnownOwner[], places: Places): Feeds {
  const known = new Map(then.feeds.map((feed) => [feed.code, feed]));
  return {
    atMs: then.atMs,
    currentEpochs: () =>
      new Map(
        then.feeds.flatMap(({ code, sequence }) => {
          const epoch = places.get(code)?.epoch;
          return sequence > 0 && epoch !== undefined ? [[code, epoch] as const] : [];
        }),
      ),
    netOwners: () =>
      owners.map((owner) => ({
        ...owner,
        connection: known.get(owner.code)?.freshness ? 'CONNECTED' : 'REGISTERED',
      })),
    statuses: () =>
      then.feeds.flatMap(({ code, freshness }) =>
        freshness ? [{ platform: code, ...freshness }] : [],
      ),
  };
}
