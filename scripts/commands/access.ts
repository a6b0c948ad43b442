/** `./onenet access …`: who was given what, by the net's record and by the owners' own. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { describeOptions, UsageError, type OptionList } from '../options.ts';
import { listLines, readRecords, showLines } from './access/records.ts';
import { keysIn, verifyFile } from './access/verify-file.ts';
import { verdictLines, verify as verifyRecords } from './access/verify.ts';
import { readProvince, registryOptions } from './registry.ts';
import { required, runCommand, runSubcommand, type Subcommand } from './run.ts';

const platformOption = {
  kind: 'text',
  default: '',
  help: "a platform's code, e.g. 420100",
} as const;
const clientOption = { kind: 'text', default: '', help: "a client's id, e.g. taxation" } as const;
const fromOption = {
  kind: 'text',
  default: '',
  help: 'at or after, e.g. 2026-01-31T08:00:00+08:00',
} as const;
const toOption = { kind: 'text', default: '', help: 'before; now without it' } as const;
const jsonOption = { kind: 'flag', default: false, help: 'print JSON' } as const;
const gatewayOptions = {
  gateway: {
    kind: 'text',
    default: 'http://127.0.0.1:4000',
    env: 'ONENET_GATEWAY',
    help: 'base URL of the gateway',
  },
  bearer: {
    kind: 'text',
    default: '',
    env: 'ONENET_ACCESS_TOKEN',
    help: 'access token of who asks; without it the call is one of this machine',
  },
  help: registryOptions.help,
} as const;

const listOptions = {
  platform: platformOption,
  client: clientOption,
  operation: { kind: 'text', default: '', help: "an operation's name" },
  result: { kind: 'text', default: '', help: 'OK, PARTIAL, REFUSED or FAILED' },
  from: fromOption,
  to: toOption,
  first: { kind: 'number', default: 20, whole: true, atLeast: 1, atMost: 100, help: 'how many' },
  json: jsonOption,
  ...gatewayOptions,
} as const;

const showOptions = { json: jsonOption, ...gatewayOptions } as const;

const verifyOptions = {
  platform: platformOption,
  from: {
    ...fromOption,
    help: 'lay side by side what came at or after; seven days ago without it',
  },
  to: toOption,
  url: {
    kind: 'text',
    default: '',
    help: "the owner's own address on this machine, e.g. http://127.0.0.1:4011; else the province asks it",
  },
  known: {
    kind: 'text',
    default: '',
    help: 'file that keeps how far was proved: written when all holds, and gone on from',
  },
  'under-way': {
    kind: 'number',
    default: 60,
    atMost: 3_600,
    help: 'seconds for which a request may be under way, with what clocks differ by',
  },
  json: jsonOption,
  ...registryOptions,
} as const;

const exportOptions = {
  platform: { ...platformOption, help: 'whose own record; or --client' },
  client: { ...clientOption, help: "whose requests, by the net's record (operator)" },
  from: fromOption,
  to: toOption,
  output: { kind: 'text', default: '', help: 'the file to write' },
  ...registryOptions,
} as const;

const fileOptions = {
  keys: {
    kind: 'text',
    default: '',
    help: "the net's public keys as a JWK set, kept from /.well-known/jwks.json; else the file's own",
  },
  json: jsonOption,
  help: registryOptions.help,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  list: { help: 'who was given what, the newest first', run: list },
  show: { help: 'one request: show <request id>', run: show },
  verify: { help: "prove an owner's record and the net's, and lay them side by side", run: verify },
  export: { help: 'a file that proves itself off line', run: exportFile },
  'verify-file': { help: 'prove such a file: verify-file <file>', run: proveFile },
};

export function access(args: readonly string[]): Promise<number> {
  return runSubcommand('access', subcommands, args);
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand(listOptions, args, usage, async (values) => {
    const { platform, client, operation, result, from, to, first } = values;
    const given = { platform, client, operation, result, from, to };
    const filter = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ''));
    const records = await readRecords({ ...values, filter, first });
    console.log(values.json ? JSON.stringify(records) : listLines(records).join('\n'));
    return 0;
  });
}

function show(args: readonly string[], usage: string): Promise<number> {
  return withArgument('request id', showOptions, args, usage, async (requestId, values) => {
    const [record] = await readRecords({ ...values, filter: { requestId }, first: 1 });
    if (!record) {
      console.error(`There is no record of ${requestId} that you may see.`);
      return 1;
    }
    console.log(values.json ? JSON.stringify(record) : showLines(record).join('\n'));
    return 0;
  });
}

const defaultSpanMs = 7 * 86_400_000;

function verify(args: readonly string[], usage: string): Promise<number> {
  const about = 'Exit code: 0 all of it holds, 1 something does not.';
  return runCommand(verifyOptions, args, `${usage}\n\n${about}`, async (values) => {
    const now = Date.now();
    const verdict = await verifyRecords({
      access: values,
      platform: required('platform', values.platform),
      url: values.url,
      known: values.known,
      fromMs: timeOf('from', values.from) ?? now - defaultSpanMs,
      toMs: timeOf('to', values.to) ?? now,
      underWayMs: values['under-way'] * 1000,
    });
    console.log(values.json ? JSON.stringify(verdict) : verdictLines(verdict).join('\n'));
    return verdict.ok ? 0 : 1;
  });
}

function exportFile(args: readonly string[], usage: string): Promise<number> {
  return runCommand(exportOptions, args, usage, async (values) => {
    const { platform, client, from, to } = values;
    if ((platform === '') === (client === '')) {
      throw new UsageError('Give either --platform or --client: see --help.');
    }
    const file = required('output', values.output);
    const query = new URLSearchParams(platform === '' ? { client } : { platform });
    for (const [name, text] of Object.entries({ from, to })) {
      const ms = timeOf(name, text);
      if (ms !== undefined) query.set(name, new Date(ms).toISOString());
    }
    const response = await readProvince(values, `access/export?${query.toString()}`);
    if (!response.body) throw new Error('The province answers without an export.');
    // What breaks off must not look like an export.
    await writeFile(`${file}.part`, response.body);
    const verdict = verifyFile(await readFile(`${file}.part`), undefined);
    if (!verdict.ok) throw new Error(`${file}.part is no export: ${verdict.fault}.`);
    await rename(`${file}.part`, file);
    console.log(`${file}: ${verdict.lines} lines, sealed by ${verdict.kid}.`);
    return 0;
  });
}

function proveFile(args: readonly string[], usage: string): Promise<number> {
  return withArgument('file', fileOptions, args, usage, async (file, values) => {
    const bytes = await readGiven(file);
    const known =
      values.keys === ''
        ? undefined
        : keysIn(JSON.parse((await readGiven(values.keys)).toString()));
    const verdict = verifyFile(bytes, known);
    if (values.json) console.log(JSON.stringify(verdict));
    else if (verdict.ok) {
      const about = Object.entries(verdict.about).filter(([, value]) => value !== undefined);
      const lines = about.map(([name, value]) => `${name} ${String(value)}`).join(', ');
      const whose = verdict.isKnownKey
        ? 'one of the keys that you know'
        : 'the key that it brings itself';
      console.log(`✓ ${verdict.lines} lines, ${lines}; sealed by ${verdict.kid}, ${whose}.`);
    } else console.log(`✗ ${file}: ${verdict.fault}.`);
    return verdict.ok ? 0 : 1;
  });
}

/** A command whose first argument is no option. */
function withArgument<const List extends OptionList>(
  name: string,
  options: List,
  args: readonly string[],
  usage: string,
  body: (
    given: string,
    values: Parameters<Parameters<typeof runCommand<List>>[3]>[0],
  ) => Promise<number>,
): Promise<number> {
  const [first = ''] = args;
  const how = usage.replace('[options]', `<${name}> [options]`);
  if (first === '' || first.startsWith('-')) {
    if (args.includes('--help')) console.log(`${how}\n\n${describeOptions(options)}`);
    else console.error(`Which? ${how.split('\n', 1)[0] ?? ''}`);
    return Promise.resolve(args.includes('--help') ? 0 : 2);
  }
  return runCommand(options, args.slice(1), how, (values) => body(first, values));
}

async function readGiven(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be read: ${why}`, { cause: error });
  }
}

function timeOf(name: string, text: string): number | undefined {
  if (text === '') return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError(`--${name} ${text} is no time, such as 2026-01-31T08:00:00+08:00.`);
}
