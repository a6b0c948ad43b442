/** Calls to the registry, and how its reports read on a terminal. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../options.ts';
import { helpOption } from './run.ts';

/** Options of every command that asks the registry. */
export const registryOptions = {
  province: {
    kind: 'text',
    default: 'http://127.0.0.1:4001',
    env: 'ONENET_PROVINCE',
    help: 'base URL of the province',
  },
  token: {
    kind: 'text',
    default: '',
    env: 'ONENET_TOKEN',
    help: "the platform's token, or the operator's; on the net's own machine not needed",
  },
  data: {
    kind: 'text',
    default: '.onenet',
    help: "data directory of the net on this machine: the operator's token is read from it",
  },
  help: helpOption,
} as const;

export interface RegistryAccess {
  readonly province: string;
  readonly token: string;
  readonly data: string;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A report of a publish or a rollback, as it comes. */
export interface Report {
  readonly admitted: boolean;
  readonly version: number | null;
  readonly steps: readonly {
    readonly step: string;
    readonly ok: boolean;
    readonly findings: readonly {
      readonly code: string;
      readonly coordinate?: string;
      readonly line?: number;
      readonly message: string;
    }[];
  }[];
}

type Method = 'GET' | 'POST' | 'DELETE';

/** The registry refused the call itself; the message is its own. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** One call; `path` is below `/registry/platforms`. A refused publish is an answer, all else an error. */
export function callRegistry(
  access: RegistryAccess,
  method: Method,
  path: string,
  body?: object,
): Promise<RegistryAnswer> {
  return callProvince(access, method, `registry/platforms${path}`, body);
}

/** One call to the province, with the operator's token or a platform's. */
export async function callProvince(
  access: RegistryAccess,
  method: Method,
  path: string,
  body?: object,
): Promise<RegistryAnswer> {
  const response = await reach('province', access.province, path, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf(access)}`,
    },
    ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
  });
  const answer = await readJson(response);
  if (response.ok || response.status === 422) return { status: response.status, body: answer };
  throw refusalOf(access, response, answer);
}

/** One GET at the province whose answer is no JSON. */
export async function readProvince(access: RegistryAccess, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${await tokenOf(access)}` };
  const response = await reach('province', access.province, path, { headers });
  if (response.ok) return response;
  throw refusalOf(access, response, await readJson(response));
}

function refusalOf(
  { province }: RegistryAccess,
  { status }: Response,
  answer: RegistryAnswer['body'],
): RegistryError {
  const { code, message } = (answer['error'] ?? {}) as { code?: string; message?: string };
  if (code === undefined && status === 404) {
    return new RegistryError(`There is no registry at ${province}: is it the province's URL?`);
  }
  return new RegistryError(`${code ?? status}: ${message ?? 'the registry refused.'}`);
}

/** One GraphQL query at the province; it needs no token. */
export async function queryProvince(
  { province }: Pick<RegistryAccess, 'province'>,
  query: string,
): Promise<Readonly<Record<string, unknown>>> {
  return await queryGraphql('province', province, query);
}

/** One GraphQL query at a part of the net; `part` is also the name of the option that says where it is. */
export async function queryGraphql(
  part: 'province' | 'gateway',
  base: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await reach(part, base, 'graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await readJson(response);
  if (typeof data === 'object' && data !== null && errors === undefined) return { ...data };
  throw new RegistryError(`The ${part} does not answer the query: ${JSON.stringify(errors)}`);
}

/** One line a step, and below it what was found. */
export function reportLines({ admitted, version, steps }: Report, code: string): readonly string[] {
  const lines = steps.flatMap(({ step, ok, findings }) => [
    `  ${ok ? '✓' : '✗'} ${step}`,
    ...findings.map((finding) => {
      const where = [finding.coordinate, finding.line === undefined ? '' : `line ${finding.line}`];
      const at = where.filter((part) => part !== undefined && part !== '').join(', ');
      return `      ${finding.code}${at === '' ? '' : ` (${at})`}: ${finding.message}`;
    }),
  ]);
  const end = admitted
    ? `${code} is at version ${version}.`
    : `Refused: nothing has changed for ${code}.`;
  return [...lines, end];
}

/** Prints a report, or its JSON; the exit code says whether it was admitted. */
export function printReport(report: Report, code: string, json: boolean): number {
  console.log(json ? JSON.stringify(report) : reportLines(report, code).join('\n'));
  return report.admitted ? 0 : 1;
}

/** The operator's own token goes to this machine only, whatever `--province` says. */
async function tokenOf({ token, province, data }: RegistryAccess): Promise<string> {
  if (token !== '') return token;
  const file = join(data, 'operator-token');
  const host = URL.parse(province)?.hostname ?? '';
  if (/^(localhost|127\.0\.0\.1|\[::1\])$/.test(host)) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text.trim();
  }
  throw new UsageError(
    `A token is needed: --token or ONENET_TOKEN. (On the machine of the net ${file} is taken.)`,
  );
}

async function reach(
  part: 'province' | 'gateway',
  url: string,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const base = URL.parse(url.endsWith('/') ? url : `${url}/`);
  if (base === null) throw new UsageError(`--${part} ${url} is no URL.`);
  try {
    return await fetch(new URL(path, base), { ...init, redirect: 'error' });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RegistryError(`The ${part} at ${url} does not answer: ${why}`, { cause: error });
  }
}

async function readJson(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await response.json().catch(() => undefined);
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new RegistryError(`${response.url} answers ${response.status} without JSON.`);
}
