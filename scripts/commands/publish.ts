/** `./onenet publish`: sends a platform's SDL with its address, and prints the report step by step. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../options.ts';
import { callRegistry, printReport, registryOptions, type Report } from './registry.ts';
import { required, runCommand } from './run.ts';

const options = {
  platform: { kind: 'text', default: '', help: "the platform's code, e.g. 422800" },
  url: {
    kind: 'text',
    default: '',
    help: 'base URL at which it answers: /graphql and /events are below it',
  },
  sdl: { kind: 'text', default: '', help: 'file of its SDL; without it, what the address serves' },
  accept: {
    kind: 'list',
    default: [],
    help: 'coordinates and modules that this version takes away on purpose',
  },
  'accept-breaking': { kind: 'flag', default: false, help: 'whatever it takes away is on purpose' },
  json: { kind: 'flag', default: false, help: 'print the report as JSON' },
  ...registryOptions,
} as const;

export function publish(args: readonly string[], usage: string): Promise<number> {
  return runCommand(options, args, usage, async (values) => {
    const code = required('platform', values.platform);
    const body = {
      url: required('url', values.url),
      ...(values.sdl === '' ? {} : { sdl: await readSdl(values.sdl) }),
      accept: values.accept,
      acceptBreaking: values['accept-breaking'],
    };
    const path = `/${encodeURIComponent(code)}/versions`;
    const answer = await callRegistry(values, 'POST', path, body);
    return printReport(answer.body as unknown as Report, code, values.json);
  });
}

async function readSdl(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--sdl ${file} cannot be read: ${why}`, { cause: error });
  }
}
