/** `./onenet analytics check|rebuild|export|backup|restore`: the province's figures, and the stores that they are made of. */
import { helpOption, required, runCommand, runSubcommand } from './run.ts';
import type { Subcommand } from './run.ts';
import { backupAnalytics } from './backup.ts';
import { exportRaw } from './analytics/export.ts';
import { analyticsOption, operate } from './analytics/operate.ts';
import { restore } from './restore.ts';

/** `Finding` of analytics/src/operation/check.ts. */
interface Finding {
  readonly subject: string;
  readonly ok: boolean;
  readonly found: string;
}

interface Checked {
  readonly engine: string;
  readonly findings: readonly Finding[];
  readonly notTried: readonly string[];
}

const json = { kind: 'flag', default: false, help: 'JSON in place of the lines' } as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  check: {
    help: "raw against rollups and the owners' own totals, and every setting on which exactness rests",
    run: (args, usage) =>
      runCommand({ json, ...analyticsOption, help: helpOption }, args, usage, async (values) => {
        const told = (finding: unknown): void => {
          if (!values.json) console.log(lineOf(finding as Finding));
        };
        const checked = (await operate(values.analytics, 'check', {}, told)) as Checked;
        const { engine, findings, notTried } = checked;
        const wrong = findings.filter(({ ok }) => !ok).length;
        if (values.json) console.log(JSON.stringify(checked));
        else {
          console.log(`\n${engine}: ${findings.length} checks, ${wrong} wrong.`);
          for (const what of notTried) console.log(`Not tried: ${what}`);
        }
        return wrong === 0 ? 0 : 1;
      }),
  },
  rebuild: {
    help: "a platform's rollups from raw, while its feed is read on",
    run: (args, usage) =>
      runCommand(
        {
          platform: { kind: 'text', default: '', help: 'its code' },
          ...analyticsOption,
          help: helpOption,
        },
        args,
        usage,
        async (values) => {
          const platform = required('platform', values.platform);
          const told = (progress: unknown): void => {
            const { done, of } = progress as { readonly done: number; readonly of: number };
            console.log(`  … ${done} of ${of} lines`);
          };
          const rebuilt = (await operate(values.analytics, 'rebuild', { platform }, told)) as {
            readonly from: number;
            readonly epoch: number;
            readonly lines: number;
          };
          console.log(
            `${platform}: ${rebuilt.lines} lines are in anew, as epoch ${rebuilt.epoch} in place of ${rebuilt.from}.`,
          );
          return 0;
        },
      ),
  },
  export: {
    help: 'raw as Parquet, a file for each platform and month, with a manifest',
    run: exportRaw,
  },
  backup: {
    help: "positions and tables of analytics alone (./onenet backup: all of the province's side)",
    run: backupAnalytics,
  },
  restore: { help: 'such a backup into what is empty', run: restore },
};

/** Resolves with the exit code. */
export async function analytics(args: readonly string[]): Promise<number> {
  return await runSubcommand('analytics', subcommands, args);
}

function lineOf({ subject, ok, found }: Finding): string {
  return `  ${ok ? '✓' : '✗'} ${subject}: ${found}`;
}
