/** The walk of an export over its pages: what failed for the moment is asked again, and who still owes its rows at the end is asked by itself. */
import { errorCodes, isNetErrorCode } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from '../rest/statuses.ts';
import type { AskedPage, Connection, PageAsker } from './ask-page.ts';
import { isResuming, type Place } from './cursor.ts';
import type { JobState, Progress } from './job.ts';
import { withErrors, withPage } from './tally.ts';

/** Rows to give. */
export interface GivenPage {
  readonly page: AskedPage;
  readonly connection: Connection;
  /** Where the client stands before its first row. */
  readonly place: Place;
  /** With its rows given. */
  readonly progress: Progress;
}

/** Why a walk ended. */
export interface Ending {
  readonly state: JobState;
  readonly progress: Progress;
  /** From where there is more; null where nothing is. */
  readonly place: Place | null;
  readonly error?: GraphQLFormattedError;
  /** The error's, as an HTTP answer of its own. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WalkOptions {
  readonly asker: Pick<PageAsker, 'ask'>;
  readonly from: Place;
  readonly progress: Progress;
  /** Names the requests of the stream, with the page's number behind it. */
  readonly requestIds: string;
  readonly signal: AbortSignal;
  /** How long it waits before it asks again for what failed: once, twice, … without a row in between. */
  readonly patienceMs: readonly number[];
}

/** Walks to the end, or to what cannot be mended by waiting. */
export async function* walk(options: WalkOptions): AsyncGenerator<GivenPage, Ending> {
  const { asker, signal, patienceMs } = options;
  let { from: place, progress } = options;
  let failures = 0;
  let hasGiven = false;
  for (let number = 1; ; number++) {
    const began = performance.now();
    const page = await asker.ask({
      cursor: place.cursor,
      withTotal: place.cursor === null,
      requestId: `${options.requestIds}-${number}`,
    });
    const { outcome, connection, report } = page;
    const { errors = [] } = outcome.answer;
    if (signal.aborted) {
      outcome.record({ status: statusOfPage(page), bytes: 0 });
      signal.throwIfAborted();
    }
    const waitMs = patienceMs[failures];
    // Who is given nothing at all yet can wait by itself.
    const mayWait = hasGiven || connection !== undefined;
    if (errors.some(isPassing) && mayWait && waitMs !== undefined) {
      failures++;
      outcome.record({ status: statusOfPage(page), bytes: 0 });
      await sleep(Math.max(waitMs, retryAfterMs(page)), undefined, { signal });
      continue;
    }
    const completeness = report
      ? withPage(progress.completeness, report, !isResuming(place))
      : progress.completeness;
    if (!connection) {
      outcome.record({ status: statusOfPage(page), bytes: 0 });
      return failed(page, place, { ...progress, completeness });
    }
    const { edges, totalCount, hasNextPage, endCursor } = connection;
    const rows = place.row + edges.length;
    progress = {
      rows,
      total: place.cursor === null ? totalCount : progress.total,
      completeness,
      errors: withErrors(progress.errors, errors),
    };
    yield { page, connection, place, progress };
    hasGiven = true;
    if (edges.length > 0) failures = 0;
    const next = hasNextPage ? endCursor : (report?.resume ?? null);
    if (next === null) return { state: 'DONE', progress, place: null };
    place = { row: rows, cursor: next };
    const isAgain = !hasNextPage;
    const againMs = patienceMs[failures];
    if (isAgain && againMs === undefined) return { state: 'READY', progress, place };
    if (isAgain) failures++;
    await sleep(isAgain ? againMs : paceMs(page, began), undefined, { signal });
  }
}

/** Codes of what may be over when it is asked again. */
const passing: ReadonlySet<unknown> = new Set([
  'RATE_LIMITED',
  'UNAVAILABLE',
  'NOBODY_ANSWERED',
  'INCOMPLETE',
  'OWNER_FAILED',
]);

function isPassing({ extensions }: GraphQLFormattedError): boolean {
  return passing.has(extensions?.['code']);
}

function failed(page: AskedPage, place: Place, progress: Progress): Ending {
  const { answer, headers } = page.outcome;
  const [error] = answer.errors ?? [];
  const code = error?.extensions?.['code'];
  // Those who failed before still do: of everybody else the rows are given.
  if (code === 'NOBODY_ANSWERED' && isResuming(place)) return { state: 'READY', progress, place };
  return {
    state: isLasting(code) ? 'FAILED' : 'READY',
    progress,
    place,
    error: error ?? { message: 'The list is null.', extensions: { code: 'BAD_REQUEST' } },
    status: statusOfPage(page),
    headers,
  };
}

/** Whether another stream would end the same way: what is wrong is the operation, and not the moment. */
function isLasting(code: unknown): boolean {
  if (!isNetErrorCode(code) || errorCodes[code].fault !== 'caller') return code === undefined;
  return !momentary.has(code);
}

const momentary: ReadonlySet<string> = new Set([
  'CREDENTIALS_REQUIRED',
  'CREDENTIALS_INVALID',
  'RATE_LIMITED',
  'QUOTA_EXCEEDED',
]);

function statusOfPage({ outcome: { answer, status }, connection }: AskedPage): number {
  if (status !== undefined) return status;
  // A list that is null is all that was asked for.
  return statusOf(connection ? answer : { ...answer, data: null });
}

function retryAfterMs({ outcome: { headers } }: AskedPage): number {
  return 1000 * Number(headers['retry-after'] ?? 0);
}

/** An export takes half of what its client may ask at most: its other requests go on meanwhile. */
function paceMs({ outcome: { context } }: AskedPage, began: number): number {
  const perSecond = context?.client?.limits.perSecond;
  if (perSecond === undefined) return 0;
  return Math.max(0, began + 2000 / perSecond - performance.now());
}
