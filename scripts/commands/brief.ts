/** `./onenet brief list|compose|save|verify`: weekly and monthly briefs, at analytics on its own machine. */
import { writeFile } from 'node:fs/promises';
import { UsageError } from '../options.ts';
import { analyticsOption, operate } from './analytics/operate.ts';
import { RegistryError } from './registry.ts';
import { helpOption, required, runCommand, runSubcommand } from './run.ts';
import type { Subcommand } from './run.ts';
import { tableLines } from './table.ts';

/** What analytics says of one: `told` of analytics/src/briefs/operations.ts. */
interface ToldBrief {
  readonly id: string;
  readonly composedAt: string;
  readonly composedBy: string;
  readonly behind: readonly string[];
  readonly hash: string;
}

const common = {
  json: { kind: 'flag', default: false, help: 'print JSON' },
  ...analyticsOption,
  help: helpOption,
} as const;

const listOptions = {
  kind: { kind: 'text', default: '', help: 'week or month; both without it' },
  platform: { kind: 'text', default: '', help: "of this platform's alone, by its code" },
  ...common,
} as const;

const composeOptions = {
  kind: { kind: 'text', default: '', help: 'week or month' },
  period: { kind: 'text', default: '', help: 'one that is over: 2026-W47, or 2026-10' },
  platform: { kind: 'text', default: '', help: "a platform's code; the province without it" },
  'even-if-behind': {
    kind: 'flag',
    default: false,
    help: 'also before all of the period is in, or its ranking is published',
  },
  ...common,
} as const;

const verifyOptions = {
  id: { kind: 'text', default: '', help: 'of the brief, e.g. month-2026-10' },
  ...common,
} as const;

const saveOptions = {
  id: { kind: 'text', default: '', help: 'of the brief, e.g. month-2026-10' },
  to: { kind: 'text', default: '', help: 'file to write: its name ends with .html or .xlsx' },
  lang: { kind: 'text', default: 'zh', help: 'zh or en' },
  ...analyticsOption,
  help: helpOption,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  list: { help: 'the latest hundred, the newest period first', run: list },
  compose: { help: 'one of a period that is over, where there is none yet', run: compose },
  save: { help: 'one as a page to print, or as a workbook', run: save },
  verify: {
    help: 'whether metrics answer the same for its state: 1 where one does not',
    run: verify,
  },
};

/** Resolves with the exit code. */
export function brief(args: readonly string[]): Promise<number> {
  return runSubcommand('brief', subcommands, args);
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand(listOptions, args, usage, async (values) => {
    const { kind, platform } = values;
    const asked = { ...(kind && { kind }), ...(platform && { platform }) };
    const found = (await operate(values.analytics, 'brief/list', asked)) as readonly ToldBrief[];
    if (values.json) console.log(JSON.stringify(found));
    else {
      const rows = found.map(({ id, composedAt, composedBy, behind }) => [
        id,
        composedAt,
        composedBy,
        behind.join(',') || '-',
      ]);
      console.log(tableLines([['id', 'composed', 'by', 'behind'], ...rows]).join('\n'));
    }
    return 0;
  });
}

function compose(args: readonly string[], usage: string): Promise<number> {
  return runCommand(composeOptions, args, usage, async (values) => {
    const { platform } = values;
    const found = (await operate(values.analytics, 'brief/compose', {
      kind: required('kind', values.kind),
      period: required('period', values.period),
      ...(platform && { platform }),
      evenIfBehind: String(values['even-if-behind']),
    })) as ToldBrief;
    const { id, composedAt, composedBy, hash } = found;
    console.log(
      values.json
        ? JSON.stringify(found)
        : `${id}: composed ${composedAt} (${composedBy}), sha-256 ${hash}`,
    );
    return 0;
  });
}

function save(args: readonly string[], usage: string): Promise<number> {
  return runCommand(saveOptions, args, usage, async (values) => {
    const id = required('id', values.id);
    const to = required('to', values.to);
    const [extension] = /\.(html|xlsx)$/.exec(to) ?? [];
    if (extension === undefined) {
      throw new UsageError(`--to ${to}: its name ends with .html or .xlsx.`);
    }
    const bytes = await bytesOfBrief(values.analytics, `${id}${extension}`, values.lang);
    await writeFile(to, bytes);
    console.log(`${to}: ${bytes.byteLength} bytes`);
    return 0;
  });
}

interface Verified {
  readonly figures: number;
  readonly differences: readonly {
    readonly metric: string;
    readonly kept: number | null;
    readonly now: number | null;
  }[];
}

function verify(args: readonly string[], usage: string): Promise<number> {
  return runCommand(verifyOptions, args, usage, async (values) => {
    const id = required('id', values.id);
    const verified = (await operate(values.analytics, 'brief/verify', { id })) as Verified;
    const { figures, differences } = verified;
    if (values.json) console.log(JSON.stringify(verified));
    else {
      for (const { metric, kept, now } of differences) {
        console.log(`${metric}: ${kept ?? 'none'} in the brief, ${now ?? 'none'} now`);
      }
      console.log(`${id}: ${figures} figures, ${differences.length} otherwise.`);
    }
    return differences.length === 0 ? 0 : 1;
  });
}

async function bytesOfBrief(analytics: string, name: string, lang: string): Promise<Uint8Array> {
  const base = URL.parse(analytics.endsWith('/') ? analytics : `${analytics}/`);
  if (base === null) throw new UsageError(`--analytics ${analytics} is no URL.`);
  const url = new URL(`briefs/${encodeURIComponent(name)}`, base);
  url.searchParams.set('lang', lang);
  const response = await fetch(url, { redirect: 'error' }).catch((cause: unknown) => {
    throw new RegistryError(
      `Analytics does not answer at ${analytics}: name it with --analytics.`,
      { cause },
    );
  });
  if (response.ok) return await response.bytes();
  const { error } = (await response.json().catch(() => ({}))) as {
    readonly error?: { readonly code: string; readonly message: string };
  };
  throw new RegistryError(
    `Analytics refuses: ${error ? `${error.code}: ${error.message}` : response.status}`,
  );
}
