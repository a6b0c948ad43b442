/** Calls to `/operation/…` of analytics, which tell their progress line by line. */
import { RegistryError } from '../registry.ts';
import { UsageError } from '../../options.ts';

export const analyticsOption = {
  analytics: {
    kind: 'text',
    default: 'http://127.0.0.1:4002',
    env: 'ONENET_ANALYTICS',
    help: 'base URL of analytics, on its own machine',
  },
} as const;

/** A line of the answer. */
interface Line {
  readonly progress?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Has analytics do something; `told` hears its progress. */
export async function operate(
  analytics: string,
  operation: string,
  parameters: Readonly<Record<string, string>>,
  told: (progress: unknown) => void = () => undefined,
): Promise<unknown> {
  const body = await bytesOf(analytics, operation, parameters);
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { progress, result, error } = JSON.parse(line) as Line;
      if (error) throw new RegistryError(`Analytics refuses: ${error.code}: ${error.message}`);
      if (result !== undefined) return result;
      told(progress);
    }
  }
  throw new RegistryError('Analytics broke off before it was done: its log says why.');
}

/** The body of an answer that is not refused. */
export async function bytesOf(
  analytics: string,
  operation: string,
  parameters: Readonly<Record<string, string>>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const base = URL.parse(analytics.endsWith('/') ? analytics : `${analytics}/`);
  if (base === null) throw new UsageError(`--analytics ${analytics} is no URL.`);
  const url = new URL(`operation/${operation}?${String(new URLSearchParams(parameters))}`, base);
  const response = await fetch(url, { method: 'POST', redirect: 'error' }).catch(
    (cause: unknown) => {
      throw new RegistryError(
        `Analytics does not answer at ${analytics}: name it with --analytics.`,
        { cause },
      );
    },
  );
  if (response.ok && response.body) return response.body;
  const { error } = (await response.json().catch(() => ({}))) as Line;
  throw new RegistryError(
    `Analytics refuses: ${error === undefined ? response.status : `${error.code}: ${error.message}`}`,
  );
}
