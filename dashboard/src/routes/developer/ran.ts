/** What came of an operation, read from its answer. */
import { isRecord } from '#lib/api/read.ts';
import { plan as readPlan, type Plan } from './plan.ts';

/** An error of an answer, as far as a developer acts on it. */
export interface AnswerError {
  readonly message: string;
  readonly code: string | null;
  readonly path: string;
  readonly platform: string | null;
  /** Of which one whole list would do. */
  readonly scopes: readonly string[];
  /** By which the net's operators find the cause. */
  readonly incident: string | null;
}

/** What an operation came to. */
export interface Ran {
  readonly status: number;
  /** As it came, without the plan, written for people. */
  readonly text: string;
  readonly errors: readonly AnswerError[];
  readonly plan: Plan | null;
  readonly requestId: string | null;
  readonly complete: boolean | null;
  readonly cost: number | null;
  readonly durationMs: number;
  readonly bytes: number;
  readonly at: number;
}

/** Undefined: it is no JSON object. */
export function parseVariables(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Takes an answer apart. */
export function readRan(status: number, text: string, durationMs: number): Ran {
  const body = parsed(text);
  const extensions = recordAt(body, 'extensions');
  const { plan, ...onenet } = recordAt(extensions, 'onenet');
  const errors = Array.isArray(body['errors']) ? body['errors'].filter(isRecord) : [];
  const hasEnvelope = Object.keys(onenet).length > 0;
  const shown = hasEnvelope ? { ...body, extensions: { ...extensions, onenet } } : body;
  return {
    status,
    text: Object.keys(body).length > 0 ? JSON.stringify(shown, null, 2) : text,
    errors: errors.map(readError),
    plan: plan === undefined ? null : readPlan(plan, 'plan'),
    requestId: textOrNull(onenet['requestId']),
    complete: typeof onenet['complete'] === 'boolean' ? onenet['complete'] : null,
    cost: typeof onenet['cost'] === 'number' ? onenet['cost'] : null,
    durationMs,
    bytes: new TextEncoder().encode(text).length,
    at: Date.now(),
  };
}

function readError(error: Readonly<Record<string, unknown>>): AnswerError {
  const extensions = recordAt(error, 'extensions');
  const { path } = error;
  const { scopes } = extensions;
  return {
    message: textOrNull(error['message']) ?? '',
    code: textOrNull(extensions['code']),
    path: Array.isArray(path) ? path.join('.') : '',
    platform: textOrNull(extensions['platform']),
    scopes: Array.isArray(scopes)
      ? scopes.map((all) => (Array.isArray(all) ? all.join(' + ') : String(all)))
      : [],
    incident: textOrNull(extensions['incident']),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function recordAt(
  value: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> {
  const inner = value[key];
  return isRecord(inner) ? inner : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
