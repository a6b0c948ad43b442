/** `/exports`: large results as jobs. A job is what was asked and how far it is; its rows are asked of the owners when they are read. */
import { NetError } from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MongoError } from 'mongodb';
import type { Known } from '../callers/callers.ts';
import { HttpRefusal } from '../http-request.ts';
import { callerRequest, type PipelineOptions } from '../pipeline.ts';
import { ownerOf, type Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { badOrder, readOrder } from './order.ts';
import { newKey, readAddress, seal, type ExportKey } from './seal.ts';
import { streamRows } from './stream.ts';
import { isComplete } from './tally.ts';

export interface ExportsOptions extends PipelineOptions {
  /** Absent: this gateway keeps no jobs. */
  readonly exports?: Exports | undefined;
  readonly stop: AbortSignal;
}

/** Where jobs are kept. */
export interface Exports {
  readonly jobs: Jobs;
  /** How long a stream waits for what failed, each time longer. */
  readonly patienceMs: readonly number[];
}

/** Whether it answers a path. */
export function isExportsPath(path: string): boolean {
  return path === '/exports' || path.startsWith('/exports/');
}

/** Answers what is at and below `/exports`. */
export async function answerExports(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExportsOptions,
): Promise<void> {
  try {
    await answer(request, response, options);
  } catch (error) {
    if (!(error instanceof MongoError)) throw error;
    options.log.error({ err: error }, 'exports cannot be kept now');
    if (response.headersSent) response.destroy();
    else throw new NetError('UNAVAILABLE', 'The gateways’ database does not answer: ask again.');
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExportsOptions,
): Promise<void> {
  const { exports, admission, callers, inForce } = options;
  if (!exports) {
    throw new NetError('NOT_FOUND', 'This gateway keeps no exports: start it with --mongodb-uri.');
  }
  const { jobs, patienceMs } = exports;
  const current = inForce();
  if (!current) throw new HttpRefusal(503, 'UNAVAILABLE', 'The net is not known yet.');
  const known = await callers.identify(callerRequest(request), current.net);
  const headers = await admitted(admission, known);
  const url = new URL(request.url ?? '/', 'http://gateway');
  const [part, more, ...rest] = url.pathname.split('/').slice(2);
  const owner = ownerOf(known.caller);
  const send = (status: number, body: object, others: Record<string, string> = {}): void => {
    const type = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
    response.writeHead(status, { ...headers, ...type, ...others }).end(JSON.stringify(body));
  };
  if (part === undefined) {
    if (allows(request, 'GET', 'POST') === 'GET') {
      send(200, { exports: (await jobs.list(owner)).map((job) => shown(job)) });
      return;
    }
    using held = current.generation.enter();
    const around = { net: current.net, generation: held.generation, known };
    const { order, asked } = await readOrder(request, around);
    const key = newKey();
    const job = await jobs.create(key.id, owner, seal(key, asked), order);
    options.log.info({ export: job.id, client: known.caller.client }, 'export was made');
    send(202, shown(job, key), { location: `/exports/${key.secret}` });
    return;
  }
  const key = readAddress(part);
  const isRows = more === 'rows';
  if (!key || rest.length > 0 || (more !== undefined && !isRows)) throw nothingHere();
  if (!isRows) {
    if (allows(request, 'GET', 'DELETE') === 'DELETE') {
      await jobs.remove(key.id, owner);
      response.writeHead(204, headers).end();
    } else send(200, shown(await jobs.find(key.id, owner), key));
    return;
  }
  allows(request, 'GET');
  const after = readAfter(url.searchParams);
  const job = await jobs.find(key.id, owner);
  if (!('secret' in key)) throw addressNeeded();
  checkPurpose(job, known);
  await streamRows({
    job,
    key,
    jobs,
    after,
    request,
    response,
    pipeline: options,
    stop: options.stop,
    headers,
    patienceMs,
  });
}

/** Counts the request itself; the pages of a stream count each by itself. */
async function admitted(
  admission: PipelineOptions['admission'],
  known: Known,
): Promise<Readonly<Record<string, string>>> {
  using entered = await admission.enter(known);
  return entered.headers;
}

function allows({ method = '' }: IncomingMessage, ...methods: readonly string[]): string {
  if (methods.includes(method)) return method;
  const allow = methods.join(', ');
  throw new HttpRefusal(405, 'BAD_REQUEST', `This is asked by ${allow}.`, { allow });
}

/** What is misspelt is refused: passed over, it would begin anew. */
function readAfter(search: URLSearchParams): string | null {
  const other = [...search.keys()].find((name) => name !== 'after');
  const [after = null, second] = search.getAll('after');
  if (other === undefined && second === undefined) return after;
  throw badOrder(
    'Rows have one parameter, `after`, once at most: the cursor behind which they begin.',
  );
}

/** An export is made for one purpose, on behalf of one person: another's would stand in its records. */
function checkPurpose(job: Job, { caller }: Known): void {
  if (job.purpose === caller.purpose && job.person === caller.person) return;
  throw new HttpRefusal(
    403,
    'NOT_ALLOWED',
    'The export was made for another purpose, or on behalf of somebody else: send the same onenet-purpose and onenet-on-behalf-of.',
  );
}

/** What a client sees of a job; only who has its address is told where the rows are. */
function shown(
  { person, createdAt, updatedAt, expiresAt, ...job }: Job,
  key?: Pick<ExportKey, 'id'> | ExportKey,
): object {
  const { id, state, operation, document, format, purpose, rows, total, completeness, errors } =
    job;
  return {
    id,
    state,
    operation,
    document,
    format,
    purpose,
    onBehalfOf: person,
    rows,
    total,
    complete: state === 'DONE' && isComplete(job),
    completeness,
    errors,
    createdAt,
    updatedAt,
    expiresAt,
    ...(key && 'secret' in key && { rowsUrl: `/exports/${key.secret}/rows` }),
  };
}

function nothingHere(): NetError {
  return new NetError('NOT_FOUND', 'Here are /exports, /exports/<id> and /exports/<id>/rows.');
}

/** The id names it, and opens nothing. */
function addressNeeded(): NetError {
  return new NetError(
    'NOT_FOUND',
    'Rows are read at the address that POST /exports gave: if it is lost, end the export and make another.',
  );
}
