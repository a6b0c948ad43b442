/** `GET /exports/<key>/rows`: the rows at the client's pace. Of them the gateway holds one page, and keeps none. */
import { NetError } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpRefusal } from '../http-request.ts';
import type { PipelineOptions } from '../pipeline.ts';
import { internalError } from '../present.ts';
import { PageAsker, type AskedOperation } from './ask-page.ts';
import { headOf, readCursor, start, type ListHead, type Place } from './cursor.ts';
import { formats, streamEnd, type RowFormat, type StreamEnd } from './format.ts';
import { noProgress, type JobState, type Progress } from './job.ts';
import { leaseMs, type Jobs, type SealedJob } from './jobs.ts';
import { seal, unseal, type ExportKey } from './seal.ts';
import { walk, type Ending, type GivenPage } from './walk.ts';

/** What a stream is of, and for whom. */
export interface StreamOptions {
  readonly job: SealedJob;
  readonly key: ExportKey;
  readonly jobs: Jobs;
  /** The cursor behind which to begin; null: at the first row. */
  readonly after: string | null;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pipeline: PipelineOptions;
  /** Ends it with the gateway. */
  readonly stop: AbortSignal;
  /** Of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly patienceMs: readonly number[];
}

/** A client that reads nothing for so long is gone. */
const stalledMs = 120_000;
const renewEveryMs = leaseMs / 4;
/** How long the last line of a stream that breaks off may take. */
const cutWithinMs = 5000;

/** Gives rows until their end, or until something ends the stream. */
export async function streamRows(options: StreamOptions): Promise<void> {
  using stream = await RowStream.begin(options);
  await stream.run();
}

class RowStream {
  readonly #options: StreamOptions;
  readonly #name: string;
  readonly #format: RowFormat;
  readonly #from: Place;
  readonly #ended = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #stop = (): void => this.#ended.abort(stopping());
  readonly #gone = (): void => this.#ended.abort(gone());
  #head: ListHead | undefined;
  #progress: Progress;
  /** Where the client stands, if it kept all. */
  #place: Place;

  private constructor(options: StreamOptions, name: string, from: Place, head?: ListHead) {
    const { job, response, stop } = options;
    this.#options = options;
    this.#name = name;
    this.#format = formats[job.format];
    this.#from = this.#place = from;
    this.#head = head;
    this.#progress = from === start ? noProgress : { ...job, rows: from.row };
    response.once('close', this.#gone);
    // While the job was looked for, it may have left.
    if (response.destroyed) this.#gone();
    stop.addEventListener('abort', this.#stop);
    this.#timer = setInterval(() => void this.#renew(), renewEveryMs);
  }

  static async begin(options: StreamOptions): Promise<RowStream> {
    const { job, key, jobs, after } = options;
    const head = job.head ? (unseal(key, job.head) as ListHead) : undefined;
    const from = after === null ? start : readCursor(job.id, after, head);
    const name = randomBytes(6).toString('hex');
    await jobs.begin(job.id, name, from === start ? noProgress : { rows: from.row });
    return new RowStream(options, name, from, head);
  }

  async run(): Promise<void> {
    const { job, key, request, response, pipeline, patienceMs } = this.#options;
    const asked = unseal(key, job.sealed) as AskedOperation;
    try {
      const pages = walk({
        asker: new PageAsker(asked, request, response, pipeline),
        from: this.#from,
        progress: this.#progress,
        requestIds: `${job.id}-${this.#name}`,
        signal: this.#ended.signal,
        patienceMs,
      });
      let next = await pages.next();
      for (; !next.done; next = await pages.next()) await this.#give(next.value);
      await this.#finish(next.value);
    } catch (error) {
      await this.#breakOff(error);
    }
  }

  [Symbol.dispose](): void {
    const { response, stop } = this.#options;
    clearInterval(this.#timer);
    stop.removeEventListener('abort', this.#stop);
    response.off('close', this.#gone);
  }

  async #give(given: GivenPage): Promise<void> {
    const { job, key, jobs, response } = this.#options;
    const { page, connection, place, progress } = given;
    const lead = response.headersSent ? '' : this.#begin(given);
    const text = lead + this.#format.rows(job.id, given);
    // Before it is known when the client reads it: the owners' records have it now.
    page.outcome.record({ status: 200, bytes: Buffer.byteLength(text) });
    await this.#write(text);
    this.#progress = progress;
    const last = connection.edges.at(-1);
    if (last) this.#place = { row: place.row + connection.edges.length, cursor: last.cursor };
    // Where no row comes before those of an owner that failed, it is the place to ask that owner from.
    const known = last?.cursor ?? page.report?.resume ?? undefined;
    const isFirst = known !== undefined && this.#head === undefined;
    if (isFirst) this.#head = headOf(known);
    const isOurs = await jobs.advance(job.id, this.#name, {
      ...progress,
      ...(isFirst && { head: seal(key, this.#head) }),
    });
    if (!isOurs) this.#ended.abort(replaced());
    this.#ended.signal.throwIfAborted();
  }

  #begin({ page }: GivenPage): string {
    const { job, response, headers } = this.#options;
    response.writeHead(200, {
      ...headers,
      'content-type': this.#format.type,
      'content-disposition': `attachment; filename="export-${job.id.slice(0, 8)}.${job.format}"`,
      'cache-control': 'no-store',
      // A buffering proxy would take the rows at its own pace.
      'x-accel-buffering': 'no',
    });
    return this.#format.head(page.columns, this.#from !== start);
  }

  async #write(text: string): Promise<void> {
    const { response } = this.#options;
    if (response.write(text)) return;
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(stalledMs)]);
    try {
      await once(response, 'drain', { signal });
    } catch (error) {
      this.#ended.abort(gone());
      throw error;
    }
  }

  async #finish({ state, progress, place, error, status = 500, headers }: Ending): Promise<void> {
    const { job, response } = this.#options;
    this.#progress = progress;
    if (error && !response.headersSent) {
      await this.#note(state, error);
      response.writeHead(status, { ...this.#options.headers, ...headers, ...json });
      response.end(JSON.stringify({ errors: [error] }));
      return;
    }
    await this.#note(state, error);
    if (error) this.#cut(streamEnd(job.id, state, progress, place, error));
    else response.end(this.#format.end(streamEnd(job.id, state, progress, place)));
  }

  /** The client left, another stream took its place, the gateway stops, or something broke. */
  async #breakOff(thrown: unknown): Promise<void> {
    const { job, response, pipeline } = this.#options;
    const { signal } = this.#ended;
    const why: unknown = signal.aborted ? signal.reason : thrown;
    // Nobody is there to be told.
    if (response.destroyed || !response.headersSent) {
      await this.#note('READY', why instanceof NetError ? why : undefined).catch(() => undefined);
      throw why;
    }
    const told = why instanceof NetError ? formatted(why) : internalError(why, pipeline.log);
    await this.#note('READY', told).catch(() => undefined);
    this.#cut(streamEnd(job.id, 'READY', this.#progress, this.#place, told));
  }

  /** The last line, and no end of the body: whoever reads only whether it ended does not take it for whole. */
  #cut(end: StreamEnd): void {
    const { response } = this.#options;
    response.write(this.#format.end(end), () => response.destroy());
    // One that reads nothing does not read that either.
    setTimeout(() => response.destroy(), cutWithinMs).unref();
  }

  async #note(state: JobState, error?: Pick<GraphQLFormattedError, 'extensions'>): Promise<void> {
    const { job, jobs, pipeline } = this.#options;
    const { rows } = this.#progress;
    const code = error?.extensions?.['code'];
    pipeline.log.info({ export: job.id, stream: this.#name, state, rows, code }, 'export');
    await jobs.end(job.id, this.#name, state, this.#progress);
  }

  /** Also while the client reads nothing: it holds the job, and hears that it was ended. */
  async #renew(): Promise<void> {
    const { job, jobs, pipeline } = this.#options;
    try {
      if (!(await jobs.advance(job.id, this.#name, {}))) this.#ended.abort(replaced());
    } catch (err) {
      pipeline.log.warn({ err }, 'an export cannot be noted now');
    }
  }
}

const json = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

function formatted({ message, extensions }: NetError): GraphQLFormattedError {
  return { message, extensions };
}

function gone(): NetError {
  return new NetError('UNAVAILABLE', 'The client reads no more.');
}

function stopping(): HttpRefusal {
  return new HttpRefusal(503, 'UNAVAILABLE', 'The gateway stops: go on at another, or in a while.');
}

function replaced(): HttpRefusal {
  const text = 'Another stream of the export began after this one, or the export was ended.';
  return new HttpRefusal(409, 'CONFLICT', text);
}
