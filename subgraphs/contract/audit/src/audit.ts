/** The audit: opens a server, and checks one rule after another. */
import { readdir } from 'node:fs/promises';
import type { Signer } from '@onenet/assertion';
import {
  checkConformance,
  isPlatformCode,
  platformSdl,
  previousContractVersion,
} from '@onenet/contract';
import { Offered } from './offered.ts';
import type { AuditReport, RuleResult } from './report.ts';
import { NotChecked, Violation, type Rule } from './rule.ts';
import { rules } from './rules/rules.ts';
import { seed } from './seed.ts';
import { sendDirectly, type Send } from './send.ts';
import { AuditedServer, ask, type Exchange, type ServerOptions } from './server.ts';
import { openSigner, signFor, unsigned } from './sign.ts';

export interface AuditOptions {
  /** The platform's base URL, or that of its GraphQL endpoint. */
  readonly url: string;
  /** Of the feed; by default `/events` of the same server. */
  readonly eventsUrl?: string;
  /** The platform's code; by default what its own records say. */
  readonly code?: string;
  /** A folder of signing keys that the server trusts: calls then carry the assertion. */
  readonly keys?: string;
  /** Whether mutations may be called, also to fill lists that are empty; default false. */
  readonly write?: boolean;
  /** Ids of the rules to check; default all. */
  readonly only?: readonly string[];
  /** How calls are made; by default directly, without following redirects. */
  readonly send?: Send;
  /** Told of each rule as it is done. */
  readonly onRule?: (result: RuleResult) => void;
}

/** There is nothing to audit: no server, or one that does not say whose it is. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

/** Checks a server against the rules. Rejects with an `AuditError` only when there is no server. */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const server = await openServer(options);
  if (server.writes) await seed(server);
  await server.lists.hasMoved();
  const chosen = rules.filter(({ id }) => options.only?.includes(id) ?? true);
  const results: RuleResult[] = [];
  for (const rule of chosen) {
    const result = await resultOf(rule, server);
    results.push(result);
    options.onRule?.(result);
  }
  const conformance = server.sdl === undefined ? null : checkConformance(server.sdl, server.code);
  return {
    url: server.graphqlUrl,
    code: server.code,
    contractVersion: conformance?.contractVersion ?? null,
    modules: server.offered.modules,
    rules: results,
  };
}

async function resultOf(rule: Rule, server: AuditedServer): Promise<RuleResult> {
  const { id, level, title, module } = rule;
  const result = (
    status: RuleResult['status'],
    note: string | null,
    seen: Pick<RuleResult, 'sent' | 'came' | 'wanted'> = { sent: null, came: null, wanted: null },
  ): RuleResult => ({ id, level, title, status, ...seen, note });
  if (!server.offered.modules.includes(module)) {
    return result('SKIPPED', `the platform does not offer ${module}`);
  }
  if (rule.writes && !server.writes) return result('SKIPPED', 'it changes data: needs --write');
  try {
    return result('PASS', (await checked(rule, server)) ?? null);
  } catch (error) {
    if (error instanceof NotChecked) return result('SKIPPED', error.message);
    if (error instanceof Violation) return result('FAIL', null, error);
    // A call that got no answer, or one so unlike the contract that reading it failed.
    const came = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return result('FAIL', null, { sent: 'a call of this rule', came, wanted: 'An answer.' });
  }
}

/** Times that a rule is checked while others write: what was read twice then differs without fault. */
const attempts = 5;

async function checked(rule: Rule, server: AuditedServer): Promise<string | void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rule.check(server);
    } catch (error) {
      const isOver = rule.writes === true || attempt === attempts;
      if (!(error instanceof Violation) || isOver || !(await server.lists.hasMoved())) throw error;
    }
  }
}

async function openServer(options: AuditOptions): Promise<AuditedServer> {
  const { keys, write = false } = options;
  const signer = keys === undefined ? undefined : await existingSigner(keys);
  const open: ServerOptions = {
    ...addressesOf(options),
    send: options.send ?? sendDirectly,
    sign: unsigned,
  };
  const code = options.code ?? (await codeOf(open, signer));
  if (!isPlatformCode(code)) {
    throw new AuditError(`"${code}" is no platform's code: digits, capitals and hyphens.`);
  }
  const server: ServerOptions = { ...open, sign: signer ? signFor(signer, code) : unsigned };
  const sdl = await readSdl(server);
  return new AuditedServer(server, { code, sdl, offered: offeredBy(sdl), writes: write, signer });
}

/** A new key would be one that nobody trusts. */
async function existingSigner(folder: string): Promise<Signer> {
  const keys = await readdir(folder).catch(() => []);
  if (keys.length > 0) return await openSigner(folder);
  throw new AuditError(`${folder} has no keys: name the folder that the gateway signs with.`);
}

/** Where the SDL cannot be read, the other rules measure by what every platform must offer. */
function offeredBy(sdl: string | undefined): Offered {
  const least = (): Offered => new Offered(platformSdl([], previousContractVersion));
  if (sdl === undefined) return least();
  try {
    const offered = new Offered(sdl);
    return offered.lists.length === 0 ? least() : offered;
  } catch {
    return least();
  }
}

function addressesOf({ url, eventsUrl }: AuditOptions): { graphqlUrl: string; eventsUrl: string } {
  try {
    const base = new URL(url);
    const graphqlUrl = base.pathname === '/' ? new URL('/graphql', base).href : base.href;
    return { graphqlUrl, eventsUrl: new URL(eventsUrl ?? '/events', base).href };
  } catch {
    throw new AuditError(`"${url}" is no address: write http://127.0.0.1:4011.`);
  }
}

async function readSdl(server: ServerOptions): Promise<string | undefined> {
  const { data } = await answered(server, '{ _service { sdl } }');
  const { sdl } = (data?.['_service'] ?? {}) as { readonly sdl?: unknown };
  return typeof sdl === 'string' ? sdl : undefined;
}

/** Whose records they are, by their own word. */
async function codeOf(server: ServerOptions, signer: Signer | undefined): Promise<string> {
  if (signer) throw new AuditError('A signed call names its owner: give the platform’s code.');
  const query = '{ organizations(first: 1) { edges { node { platformCode } } } }';
  const { data } = await answered(server, query);
  const { edges } = (data?.['organizations'] ?? {}) as {
    readonly edges?: readonly { readonly node?: { readonly platformCode?: unknown } }[];
  };
  const code = edges?.[0]?.node?.platformCode;
  if (typeof code === 'string') return code;
  throw new AuditError(
    `${server.graphqlUrl} has no organization that says whose it is: give the platform’s code.`,
  );
}

async function answered(server: ServerOptions, query: string): Promise<Exchange> {
  try {
    return await ask(server, query);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AuditError(`${server.graphqlUrl} does not answer: ${why}.`, { cause: error });
  }
}
