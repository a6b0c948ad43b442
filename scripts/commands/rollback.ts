/** `./onenet rollback`: an earlier version of a platform becomes the current one again. */
import { callRegistry, printReport, registryOptions, type Report } from './registry.ts';
import { required, runCommand } from './run.ts';

const options = {
  platform: { kind: 'text', default: '', help: "the platform's code, e.g. 422800" },
  to: {
    kind: 'number',
    default: 0,
    whole: true,
    help: 'number of the version; 0: the one before the current one, or the last of a withdrawn platform',
  },
  json: { kind: 'flag', default: false, help: 'print the report as JSON' },
  ...registryOptions,
} as const;

export function rollback(args: readonly string[], usage: string): Promise<number> {
  return runCommand(options, args, usage, async (values) => {
    const code = required('platform', values.platform);
    const body = values.to === 0 ? {} : { to: values.to };
    const answer = await callRegistry(
      values,
      'POST',
      `/${encodeURIComponent(code)}/rollback`,
      body,
    );
    return printReport(answer.body as unknown as Report, code, values.json);
  });
}
