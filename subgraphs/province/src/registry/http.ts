/** The registry over HTTP: JSON in and out, a token on every call. */
import type { IncomingMessage } from 'node:http';
import { NetError } from '@onenet/contract';
import { authenticate, issueToken, listTokens, revokeToken } from './access.ts';
import { readJson } from './body.ts';
import { connectionOf } from './entry.ts';
import { Fields } from './fields.ts';
import { cancelMaintenance, parseWindow, planMaintenance } from './maintenance.ts';
import { parseBudget, setBudget, setStopped } from './own-switches.ts';
import { parseNewPlatform } from './profile.ts';
import { publish } from './publish.ts';
import type { Publishing } from './publish.ts';
import type { Asker } from './registry.ts';
import { readResponsible, setResponsible } from './responsible.ts';
import { rollback } from './rollback.ts';
import { unknownPlatform } from './store.ts';
import { whoIs } from './tokens.ts';
import type { Principal } from './tokens.ts';
import { findVersion, withdraw } from './versions.ts';

/** What the routes work with. */
export interface RegistryHttp extends Publishing {
  /** Resolves when what was just written is what this process serves. */
  refresh(): Promise<void>;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly body: object;
}

/** One call to an action of a platform. */
interface Call {
  readonly parts: RegistryHttp;
  readonly code: string;
  /** What follows the action in the path. */
  readonly id: string | null;
  readonly fields: Fields;
  readonly asker: Asker;
}

interface Action {
  /** Whether a platform's own token suffices. */
  readonly forPlatforms: boolean;
  readonly run: (call: Call) => Promise<RegistryAnswer>;
}

/** `METHOD action`, or `METHOD action/id`, below `/registry/platforms/<code>/`. */
const actions: Readonly<Record<string, Action>> = {
  'POST versions': { forPlatforms: true, run: runPublish },
  'GET versions/id': { forPlatforms: true, run: showVersion },
  'POST rollback': { forPlatforms: true, run: runRollback },
  'POST withdraw': { forPlatforms: true, run: runWithdraw },
  'POST maintenance': { forPlatforms: true, run: runPlan },
  'DELETE maintenance': { forPlatforms: true, run: runCancel },
  'DELETE maintenance/id': { forPlatforms: true, run: runCancel },
  'POST budget': { forPlatforms: true, run: runBudget },
  'POST responsible': { forPlatforms: true, run: runResponsible },
  'POST stop': { forPlatforms: true, run: runStop },
  'POST start': { forPlatforms: true, run: runStart },
  'POST suspend': { forPlatforms: false, run: runSuspend },
  'POST resume': { forPlatforms: false, run: runResume },
  'GET tokens': { forPlatforms: true, run: showTokens },
  'POST tokens': { forPlatforms: false, run: runIssue },
  'DELETE tokens/id': { forPlatforms: true, run: runRevoke },
};

/** Answers a call below `/registry`. */
export async function answerRegistry(
  parts: RegistryHttp,
  path: string,
  request: IncomingMessage,
): Promise<RegistryAnswer> {
  const principal = await authenticate(parts.registry.store, request.headers.authorization);
  const asker = { by: whoIs(principal), from: request.socket.remoteAddress ?? null };
  const method = request.method ?? '';
  const [code, action = '', id = null, ...more] = path.split('/').slice(3).map(decoded);
  if (!path.startsWith('/registry/platforms') || more.length > 0) throw unknownPath();
  if (code === undefined) {
    if (method !== 'POST' || path !== '/registry/platforms') throw unknownPath();
    refuseUnlessOperator(principal);
    return register(parts, new Fields(await readJson(request)), asker);
  }
  const found = actions[`${method} ${action}${id === null ? '' : '/id'}`];
  if (found === undefined) throw unknownPath();
  if (principal.platform !== code || !found.forPlatforms) refuseUnlessOperator(principal);
  const body = method === 'POST' ? await readJson(request) : {};
  const answer = await found.run({ parts, code, id, fields: new Fields(body), asker });
  await parts.refresh();
  return answer;
}

function refuseUnlessOperator({ kind, platform }: Principal): void {
  if (kind === 'operator') return;
  throw new NetError('NOT_ALLOWED', `The token is ${platform}’s: this needs the operator’s.`);
}

function unknownPath(): NetError {
  return new NetError(
    'NOT_FOUND',
    'Here are POST /registry/platforms and, below /registry/platforms/<code>/: ' +
      `${Object.keys(actions).join(', ').replaceAll('/id', '/<id>')}.`,
  );
}

async function register(
  parts: RegistryHttp,
  fields: Fields,
  asker: Asker,
): Promise<RegistryAnswer> {
  const platform = parseNewPlatform(fields);
  await parts.registry.register(platform, asker);
  await parts.refresh();
  return { status: 201, body: { code: platform.code, connection: 'REGISTERED' } };
}

/** 200 admitted, 422 refused; the report with both. */
async function runPublish({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const request = {
    code,
    asker,
    url: fields.text('url', 1000),
    sdl: fields.optional('sdl', (at) => fields.longText(at)),
    accepted: {
      all: fields.optional('acceptBreaking', (at) => fields.flag(at)) ?? false,
      coordinates: fields.optional('accept', (at) => fields.texts(at, 1000)) ?? [],
    },
  };
  fields.done();
  await refuseUnknown(parts, code);
  const report = await publish(parts, request);
  return { status: report.admitted ? 200 : 422, body: report };
}

async function runRollback({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const to = fields.optional('to', (at) => fields.integer(at, 1, Number.MAX_SAFE_INTEGER));
  fields.done();
  const report = await rollback(parts, code, to, asker);
  return { status: report.admitted ? 200 : 422, body: report };
}

async function runWithdraw({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  fields.done();
  await withdraw(parts.registry, code, asker);
  return standing(parts, code);
}

async function runPlan({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const window = parseWindow(fields, new Date());
  await planMaintenance(parts.registry, code, window, asker);
  return { status: 201, body: window };
}

async function runCancel({ parts, code, id, asker }: Call): Promise<RegistryAnswer> {
  return {
    status: 200,
    body: { cancelled: await cancelMaintenance(parts.registry, code, id, asker) },
  };
}

async function runSuspend({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const reason = fields.optional('reason', (at) => fields.text(at, 500)) ?? null;
  fields.done();
  await parts.registry.suspend(code, reason, asker);
  return standing(parts, code);
}

async function runResume({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  fields.done();
  await parts.registry.resume(code, asker);
  return standing(parts, code);
}

async function runBudget({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const budget = parseBudget(fields);
  await setBudget(parts.registry, code, budget, asker);
  return { status: 200, body: { code, budget } };
}

async function runResponsible({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const responsible = readResponsible(fields);
  fields.done();
  await setResponsible(parts.registry, code, responsible, asker);
  return { status: 200, body: { code, responsible } };
}

async function runStop({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const reason = fields.optional('reason', (at) => fields.text(at, 500)) ?? null;
  fields.done();
  await setStopped(parts.registry, code, true, reason, asker);
  return standing(parts, code);
}

async function runStart({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  fields.done();
  await setStopped(parts.registry, code, false, null, asker);
  return standing(parts, code);
}

async function runIssue({ parts, code, fields, asker }: Call): Promise<RegistryAnswer> {
  const note = fields.optional('note', (at) => fields.text(at)) ?? null;
  fields.done();
  return { status: 201, body: await issueToken(parts.registry.store, code, note, asker) };
}

async function showTokens({ parts, code }: Call): Promise<RegistryAnswer> {
  const tokens = await listTokens(parts.registry.store, code);
  return {
    status: 200,
    body: { tokens: tokens.map(({ _id: id, ...rest }) => ({ id, ...rest })) },
  };
}

async function runRevoke({ parts, code, id, asker }: Call): Promise<RegistryAnswer> {
  await revokeToken(parts.registry.store, code, id ?? '', asker);
  return { status: 200, body: { revoked: id } };
}

/** A version with its SDL and its whole report, for its team. */
async function showVersion({ parts, code, id }: Call): Promise<RegistryAnswer> {
  const version = await findVersion(parts.registry, code, Number(id));
  if (!version) throw new NetError('NOT_FOUND', `${code} has no version ${id}.`);
  const { number, sdl, url, contractVersion, modules, lacks, additions, at, by, report } = version;
  return {
    status: 200,
    body: { number, sdl, url, contractVersion, modules, lacks, additions, at, by, report },
  };
}

async function standing(parts: RegistryHttp, code: string): Promise<RegistryAnswer> {
  const entry = await refuseUnknown(parts, code);
  return {
    status: 200,
    body: { code, connection: connectionOf(entry), version: entry.current?.number ?? null },
  };
}

async function refuseUnknown({ registry }: RegistryHttp, code: string) {
  const entry = await registry.store.platforms.findOne({ _id: code });
  if (entry === null) throw unknownPlatform(code);
  return entry;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
