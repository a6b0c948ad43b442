/** `./onenet platform …`: what the operator does with platforms; teams plan their maintenance here. */
import { platformKinds } from '@onenet/contract';
import { UsageError } from '../options.ts';
import { callRegistry, queryProvince, registryOptions, type RegistryAccess } from './registry.ts';
import { required, runCommand, runSubcommand, type Subcommand } from './run.ts';
import { tableLines } from './table.ts';

const platformOption = {
  kind: 'text',
  default: '',
  help: "the platform's code, e.g. 422800",
} as const;
const jsonOption = { kind: 'flag', default: false, help: 'print JSON' } as const;

const officeOptions = {
  office: { kind: 'text', default: '', help: 'who answers for its data: an office, in Chinese' },
  'office-en': { kind: 'text', default: '', help: 'the same, in English' },
  email: { kind: 'text', default: '', help: "the office's, never a person's" },
  telephone: { kind: 'text', default: '', help: "the office's" },
  url: { kind: 'text', default: '', help: "the office's page" },
} as const;

const registerOptions = {
  platform: platformOption,
  name: { kind: 'text', default: '', help: 'its name, in Chinese' },
  'name-en': { kind: 'text', default: '', help: 'its name, in English' },
  kind: { kind: 'text', default: 'CITY', help: platformKinds.join(', ') },
  parent: { kind: 'text', default: '', help: 'code of the platform above it' },
  serves: { kind: 'list', default: [], help: 'codes of the divisions that it serves' },
  latitude: { kind: 'number', default: 0, help: 'of its pin, WGS 84 degrees; 0: no pin' },
  longitude: { kind: 'number', default: 0, help: 'of its pin, WGS 84 degrees' },
  ...officeOptions,
  ...registryOptions,
} as const;

const responsibleOptions = {
  platform: platformOption,
  ...officeOptions,
  ...registryOptions,
} as const;

const tokenOptions = {
  platform: platformOption,
  note: { kind: 'text', default: '', help: 'whose it is' },
  list: { kind: 'flag', default: false, help: 'list the tokens of the platform instead' },
  revoke: { kind: 'text', default: '', help: 'id of a token to revoke instead' },
  ...registryOptions,
} as const;

const listOptions = {
  json: jsonOption,
  province: registryOptions.province,
  help: registryOptions.help,
} as const;

const suspendOptions = {
  platform: platformOption,
  reason: { kind: 'text', default: '', help: 'kept in the audit trail' },
  ...registryOptions,
} as const;

const resumeOptions = { platform: platformOption, ...registryOptions } as const;

const maintenanceOptions = {
  platform: platformOption,
  from: { kind: 'text', default: '', help: 'begin, RFC 3339 with offset; now without it' },
  until: { kind: 'text', default: '', help: 'end, e.g. 2026-11-24T23:00:00+08:00' },
  reason: { kind: 'text', default: '', help: 'why; everybody may read it (Platform.maintenance)' },
  cancel: { kind: 'text', default: '', help: 'id of a window to cancel instead; all: every one' },
  ...registryOptions,
} as const;

const budgetOptions = {
  platform: platformOption,
  'per-second': { kind: 'number', default: 0, help: 'calls a second; 0: as many as come' },
  concurrent: { kind: 'number', default: 0, help: 'calls under way; 0: as many as come' },
  'per-client': { kind: 'number', default: 0, help: 'calls a second for one client; 0: as come' },
  ...registryOptions,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  list: { help: 'the platforms of the net, as the registry has them', run: list },
  register: { help: 'register a platform; its team publishes it then (operator)', run: register },
  token: { help: 'make a token for a platform, list or revoke them (operator)', run: token },
  responsible: { help: 'name the office that answers for its data', run: responsible },
  suspend: { help: 'a platform is not asked until it is resumed (operator)', run: suspend },
  resume: { help: 'end a suspension (operator)', run: resume },
  maintenance: { help: 'plan a maintenance window, or cancel one', run: maintenance },
  stop: { help: "a platform's own kill switch: nothing is asked of it until it starts", run: stop },
  start: { help: 'end what `stop` began', run: start },
  budget: { help: 'how much the net may ask of a platform', run: budget },
};

export function platform(args: readonly string[]): Promise<number> {
  return runSubcommand('platform', subcommands, args);
}

interface ListedPlatform {
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly connection: string;
  readonly contractVersion: string | null;
  readonly currentVersion: { readonly number: number; readonly at: string } | null;
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand(listOptions, args, usage, async (values) => {
    const { platforms } = await queryProvince(
      values,
      '{ platforms { code name kind connection contractVersion currentVersion { number at } } }',
    );
    if (values.json) {
      console.log(JSON.stringify(platforms));
      return 0;
    }
    const rows = (platforms as readonly ListedPlatform[]).map((each) => [
      each.code,
      each.kind,
      each.connection,
      each.contractVersion ?? '-',
      String(each.currentVersion?.number ?? '-'),
      each.name,
    ]);
    const head = ['code', 'kind', 'connection', 'contract', 'version', 'name'];
    console.log(tableLines([head, ...rows]).join('\n'));
    return 0;
  });
}

function register(args: readonly string[], usage: string): Promise<number> {
  return runCommand(registerOptions, args, usage, async (values) => {
    const code = required('platform', values.platform);
    const { latitude, longitude, parent } = values;
    if (values.serves.length === 0) throw new UsageError('--serves is missing: see --help.');
    await callRegistry(values, 'POST', '', {
      code,
      name: required('name', values.name),
      nameEn: required('name-en', values['name-en']),
      kind: values.kind,
      ...(parent === '' ? {} : { parent }),
      serves: values.serves,
      ...(latitude === 0 ? {} : { position: { latitude, longitude } }),
      responsible: officeOf(values),
    });
    console.log(`${code} is registered. Next: ./onenet platform token --platform ${code}`);
    return 0;
  });
}

function responsible(args: readonly string[], usage: string): Promise<number> {
  return runCommand(responsibleOptions, args, usage, async (values) => {
    await callRegistry(values, 'POST', pathOf(values.platform, 'responsible'), officeOf(values));
    console.log(`${values.office} answers for the data of ${values.platform}.`);
    return 0;
  });
}

/** What is not given is left out: the registry says what is needed. */
function officeOf(values: {
  readonly [name in keyof typeof officeOptions]: string;
}): Readonly<Record<string, string>> {
  const { email, telephone, url } = values;
  const contacts = Object.entries({ email, telephone, url }).filter(([, given]) => given !== '');
  return {
    office: required('office', values.office),
    officeEn: required('office-en', values['office-en']),
    ...Object.fromEntries(contacts),
  };
}

function token(args: readonly string[], usage: string): Promise<number> {
  return runCommand(tokenOptions, args, usage, async (values) => {
    const path = pathOf(values.platform, 'tokens');
    if (values.list) {
      const { body } = await callRegistry(values, 'GET', path);
      const tokens = body['tokens'] as readonly Record<string, string | null>[];
      const rows = tokens.map(({ id, note, createdAt, revokedAt }) => [
        id ?? '',
        createdAt ?? '',
        revokedAt === null ? 'holds' : `revoked ${revokedAt ?? ''}`,
        note ?? '',
      ]);
      console.log(tableLines([['id', 'made', 'state', 'note'], ...rows]).join('\n'));
    } else if (values.revoke !== '') {
      await callRegistry(values, 'DELETE', `${path}/${encodeURIComponent(values.revoke)}`);
      console.log(`${values.revoke} is revoked.`);
    } else {
      const note = values.note === '' ? {} : { note: values.note };
      const { body } = await callRegistry(values, 'POST', path, note);
      // Alone on its line, so that a script can take it; the rest goes where people read.
      console.error(`Token ${String(body['id'])} of ${values.platform}; it is shown this once:`);
      console.log(String(body['token']));
    }
    return 0;
  });
}

function suspend(args: readonly string[], usage: string): Promise<number> {
  return runCommand(suspendOptions, args, usage, (values) =>
    switched(
      values,
      values.platform,
      'suspend',
      values.reason === '' ? {} : { reason: values.reason },
    ),
  );
}

function resume(args: readonly string[], usage: string): Promise<number> {
  return runCommand(resumeOptions, args, usage, (values) =>
    switched(values, values.platform, 'resume', {}),
  );
}

function stop(args: readonly string[], usage: string): Promise<number> {
  return runCommand(suspendOptions, args, usage, (values) =>
    switched(
      values,
      values.platform,
      'stop',
      values.reason === '' ? {} : { reason: values.reason },
    ),
  );
}

function start(args: readonly string[], usage: string): Promise<number> {
  return runCommand(resumeOptions, args, usage, (values) =>
    switched(values, values.platform, 'start', {}),
  );
}

function budget(args: readonly string[], usage: string): Promise<number> {
  return runCommand(budgetOptions, args, usage, async (values) => {
    const limits = {
      perSecond: values['per-second'],
      concurrent: values.concurrent,
      perClientPerSecond: values['per-client'],
    };
    const given = Object.entries(limits).filter(([, limit]) => limit !== 0);
    const path = pathOf(values.platform, 'budget');
    await callRegistry(values, 'POST', path, Object.fromEntries(given));
    const shown = given.map(([name, limit]) => `${name} ${limit}`).join(', ');
    console.log(`The net may ask of ${values.platform}: ${shown || 'as much as there is'}.`);
    return 0;
  });
}

async function switched(
  access: RegistryAccess,
  code: string,
  action: string,
  sent: object,
): Promise<number> {
  const { body } = await callRegistry(access, 'POST', pathOf(code, action), sent);
  console.log(`${code} is ${String(body['connection'])}.`);
  return 0;
}

function maintenance(args: readonly string[], usage: string): Promise<number> {
  return runCommand(maintenanceOptions, args, usage, async (values) => {
    const path = pathOf(values.platform, 'maintenance');
    if (values.cancel !== '') {
      const id = values.cancel === 'all' ? '' : `/${encodeURIComponent(values.cancel)}`;
      const { body } = await callRegistry(values, 'DELETE', `${path}${id}`);
      console.log(`Cancelled: ${(body['cancelled'] as readonly unknown[]).length}.`);
      return 0;
    }
    const { body } = await callRegistry(values, 'POST', path, {
      ...(values.from === '' ? {} : { from: values.from }),
      until: required('until', values.until),
      reason: required('reason', values.reason),
    });
    const { id, from, until } = body as Readonly<Record<string, string>>;
    console.log(`${values.platform} is in maintenance from ${from} until ${until} (${id}).`);
    return 0;
  });
}

function pathOf(code: string, action: string): string {
  return `/${encodeURIComponent(required('platform', code))}/${action}`;
}
