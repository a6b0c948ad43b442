/** `./onenet client …`: the third parties' systems that the province admits; all for the operator. Long, because ten commands have their options beside them. */
import { readFile } from 'node:fs/promises';
import { schemaVariants, scopeModes } from '@onenet/contract';
import { UsageError } from '../options.ts';
import { callProvince, registryOptions, type RegistryAccess } from './registry.ts';
import { required, runCommand, runSubcommand, type Subcommand } from './run.ts';
import { linesOf, printCredential, type ShownClient } from './shown-client.ts';
import { tableLines } from './table.ts';

const clientOption = { kind: 'text', default: '', help: "the client's id, e.g. taxation" } as const;
const jsonOption = { kind: 'flag', default: false, help: 'print JSON' } as const;
const keyOption = {
  kind: 'text',
  default: '',
  help: 'file with its public key (JWK), for private_key_jwt; without it a secret is made',
} as const;
const oneOptions = { client: clientOption, json: jsonOption, ...registryOptions } as const;
const limitOptions = {
  'per-second': {
    kind: 'number',
    default: 0,
    whole: true,
    help: 'operations a second; 0: as before, or 20',
  },
  burst: {
    kind: 'number',
    default: 0,
    whole: true,
    help: 'operations at once, after a pause; 0: as before, or 40',
  },
  'per-day': {
    kind: 'number',
    default: 0,
    whole: true,
    help: 'operations a day; 0: as before, or 100,000',
  },
  concurrent: {
    kind: 'number',
    default: 0,
    whole: true,
    help: 'operations under way; 0: as before, or 8',
  },
} as const;

const addOptions = {
  client: clientOption,
  name: { kind: 'text', default: '', help: 'its name, in Chinese' },
  'name-en': { kind: 'text', default: '', help: 'its name, in English' },
  kind: {
    kind: 'text',
    default: 'OTHER',
    help: 'whose it is: SOCIAL_SECURITY, TAXATION, …; a wrong one names all',
  },
  scopes: { kind: 'list', default: [], help: 'scopes that it may have; none without it' },
  purposes: { kind: 'list', default: [], help: 'why it asks, e.g. pension-review' },
  mode: {
    kind: 'text',
    default: 'FILTER',
    help: `at a field without its scope: ${scopeModes.join(', ')}`,
  },
  variant: {
    kind: 'text',
    default: 'PARTNER',
    help: `of the schema: ${schemaVariants.join(', ')}`,
  },
  'ad-hoc': { kind: 'flag', default: false, help: 'it may ask what is not registered' },
  platform: { kind: 'text', default: '', help: 'code of the platform whose system it is' },
  ...limitOptions,
  key: keyOption,
  json: jsonOption,
  ...registryOptions,
} as const;

const rotateOptions = {
  client: clientOption,
  overlap: {
    kind: 'number',
    default: 24,
    atMost: 24 * 90,
    help: 'hours for which the old ones hold on; 0: they and their tokens end now',
  },
  key: keyOption,
  json: jsonOption,
  ...registryOptions,
} as const;

const listOptions = {
  revoked: { kind: 'flag', default: false, help: 'the revoked ones, too' },
  json: jsonOption,
  ...registryOptions,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  add: { help: 'admit a client; its secret is shown this once', run: add },
  list: { help: 'the clients of the net', run: list },
  show: { help: 'a client, its secrets by id and times, and what was done to it', run: show },
  rotate: { help: 'another secret or key; the old ones hold on for a while', run: rotate },
  set: { help: 'say anew what it is called, why it asks and how it is answered', run: set },
  scopes: { help: 'say which scopes it may have from now on', run: scopes },
  limits: { help: 'say how much it may ask', run: limits },
  suspend: { help: 'a client is not answered until it is resumed', run: suspend },
  resume: { help: 'end the suspension of one or more', run: resume },
  revoke: { help: 'for ever: its id is nobody’s again', run: revoke },
};

export function client(args: readonly string[]): Promise<number> {
  return runSubcommand('client', subcommands, args);
}

function add(args: readonly string[], usage: string): Promise<number> {
  return runCommand(addOptions, args, usage, async (values) => {
    const { platform, key } = values;
    if (values.purposes.length === 0) throw new UsageError('--purposes is missing: see --help.');
    const { body } = await callProvince(values, 'POST', 'access/clients', {
      id: required('client', values.client),
      name: required('name', values.name),
      nameEn: required('name-en', values['name-en']),
      kind: values.kind,
      scopes: values.scopes,
      purposes: values.purposes,
      mode: values.mode,
      variant: values.variant,
      adHoc: values['ad-hoc'],
      limits: limitsOf(values),
      ...(platform === '' ? {} : { platform }),
      ...(key === '' ? {} : { key: await readJwk(key) }),
    });
    return printCredential(values, body, `${values.client} is admitted.`);
  });
}

function rotate(args: readonly string[], usage: string): Promise<number> {
  return runCommand(rotateOptions, args, usage, async (values) => {
    const { key, overlap } = values;
    const { body } = await callProvince(values, 'POST', pathOf(values.client, 'rotate'), {
      overlapSeconds: Math.round(overlap * 3600),
      ...(key === '' ? {} : { key: await readJwk(key) }),
    });
    const old =
      overlap === 0 ? 'Older ones have ended.' : `Older ones end at ${String(body['oldUntil'])}.`;
    return printCredential(values, body, old);
  });
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand(listOptions, args, usage, async (values) => {
    const path = `access/clients${values.revoked ? '?revoked=true' : ''}`;
    const { body } = await callProvince(values, 'GET', path);
    const clients = body['clients'] as readonly ShownClient[];
    if (values.json) {
      console.log(JSON.stringify(clients));
      return 0;
    }
    const rows = clients.map((each) => [
      each.id,
      each.status,
      each.mode,
      String(each.secrets.length + each.keys.length),
      each.scopes.join(' ') || '-',
      each.name,
    ]);
    const head = ['client', 'status', 'mode', 'credentials', 'scopes', 'name'];
    console.log(tableLines([head, ...rows]).join('\n'));
    return 0;
  });
}

function show(args: readonly string[], usage: string): Promise<number> {
  return runCommand(oneOptions, args, usage, async (values) => {
    const { body } = await callProvince(values, 'GET', pathOf(values.client));
    console.log(
      values.json ? JSON.stringify(body) : linesOf(body as unknown as ShownClient).join('\n'),
    );
    return 0;
  });
}

function set(args: readonly string[], usage: string): Promise<number> {
  const same = 'as before without it';
  const options = {
    client: clientOption,
    name: { kind: 'text', default: '', help: `its name, in Chinese; ${same}` },
    'name-en': { kind: 'text', default: '', help: `its name, in English; ${same}` },
    kind: { kind: 'text', default: '', help: `whose it is; ${same}` },
    purposes: { kind: 'list', default: [], help: `why it asks, all of them; ${same}` },
    mode: { kind: 'text', default: '', help: `${scopeModes.join(' or ')}; ${same}` },
    variant: { kind: 'text', default: '', help: `${schemaVariants.join(', ')}; ${same}` },
    'ad-hoc': {
      kind: 'text',
      default: '',
      help: `it may ask what is not registered: yes or no; ${same}`,
    },
    json: jsonOption,
    ...registryOptions,
  } as const;
  return runCommand(options, args, usage, async (values) => {
    const { name, kind, purposes, mode, variant } = values;
    const adHoc = values['ad-hoc'];
    if (!['', 'yes', 'no'].includes(adHoc)) throw new UsageError(`--ad-hoc ${adHoc}: yes or no.`);
    const texts = { name, nameEn: values['name-en'], kind, mode, variant };
    const given = {
      ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
      ...(purposes.length > 0 && { purposes }),
      ...(adHoc !== '' && { adHoc: adHoc === 'yes' }),
    };
    if (Object.keys(given).length === 0) throw new UsageError('Nothing is given: see --help.');
    return change(values, 'POST', 'profile', given);
  });
}

function scopes(args: readonly string[], usage: string): Promise<number> {
  const options = {
    client: clientOption,
    scopes: { kind: 'list', default: [], help: 'all that it may have, e.g. members:read,aid:read' },
    none: { kind: 'flag', default: false, help: 'it may have none' },
    json: jsonOption,
    ...registryOptions,
  } as const;
  return runCommand(options, args, usage, async (values) => {
    if ((values.scopes.length === 0) !== values.none) {
      throw new UsageError('Give either --scopes or --none: see --help.');
    }
    return change(values, 'POST', 'scopes', { scopes: values.scopes });
  });
}

function limits(args: readonly string[], usage: string): Promise<number> {
  const options = {
    client: clientOption,
    ...limitOptions,
    json: jsonOption,
    ...registryOptions,
  } as const;
  return runCommand(options, args, usage, async (values) => {
    const given = limitsOf(values);
    if (Object.keys(given).length === 0) throw new UsageError('No limit is given: see --help.');
    return change(values, 'POST', 'limits', { limits: given });
  });
}

function suspend(args: readonly string[], usage: string): Promise<number> {
  const reason = { kind: 'text', default: '', help: 'kept in the audit trail' } as const;
  return runCommand({ ...oneOptions, reason }, args, usage, (values) =>
    change(values, 'POST', 'suspend', values.reason === '' ? {} : { reason: values.reason }),
  );
}

/** One after the other, because after a restore many are suspended; at the first that cannot be resumed it stops. */
function resume(args: readonly string[], usage: string): Promise<number> {
  const clients = {
    kind: 'list',
    default: [],
    help: 'ids of clients, with commas between',
  } as const;
  return runCommand({ ...oneOptions, client: clients }, args, usage, async (values) => {
    if (values.client.length === 0) throw new UsageError('--client is missing: see --help.');
    for (const each of values.client) {
      await change({ ...values, client: each }, 'POST', 'resume', {});
    }
    return 0;
  });
}

function revoke(args: readonly string[], usage: string): Promise<number> {
  return runCommand(oneOptions, args, usage, (values) => change(values, 'DELETE', ''));
}

async function change(
  values: RegistryAccess & { readonly client: string; readonly json: boolean },
  method: 'POST' | 'DELETE',
  action: string,
  sent?: object,
): Promise<number> {
  const { body } = await callProvince(values, method, pathOf(values.client, action), sent);
  const shown = body as unknown as ShownClient;
  console.log(values.json ? JSON.stringify(body) : linesOf(shown).join('\n'));
  return 0;
}

function limitsOf(values: {
  readonly 'per-second': number;
  readonly burst: number;
  readonly 'per-day': number;
  readonly concurrent: number;
}): object {
  const { burst, concurrent } = values;
  const all = { perSecond: values['per-second'], burst, perDay: values['per-day'], concurrent };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));
}

async function readJwk(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--key ${file} cannot be read.`, { cause: error });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--key ${file} is no JSON: a JWK is needed.`, { cause: error });
  }
}

function pathOf(id: string, action = ''): string {
  const path = `access/clients/${encodeURIComponent(required('client', id))}`;
  return action === '' ? path : `${path}/${action}`;
}
