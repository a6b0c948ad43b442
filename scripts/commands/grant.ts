/** `./onenet grant …`: what owners let clients ask. A platform's token decides for its platform; the operator's may do all. Long, because each command has its options and its words. */
import { UsageError } from '../options.ts';
import { callProvince, registryOptions, type RegistryAccess } from './registry.ts';
import { required, runCommand, runSubcommand, type Subcommand } from './run.ts';
import { tableLines } from './table.ts';

const jsonOption = { kind: 'flag', default: false, help: 'print JSON' } as const;
const platformOption = {
  kind: 'text',
  default: '',
  help: "the platform's code, e.g. 420500",
} as const;
const scopesHelp = 'e.g. members:read,members:personal';
const untilHelp = 'RFC 3339, e.g. 2027-12-31T23:59:59+08:00';

const applyOptions = {
  client: { kind: 'text', default: '', help: "the client's id, e.g. taxation" },
  platforms: { kind: 'list', default: [], help: 'codes of the platforms that are asked' },
  scopes: { kind: 'list', default: [], help: scopesHelp },
  purpose: { kind: 'text', default: '', help: "one of the client's" },
  reason: { kind: 'text', default: '', help: 'why it is needed, at most 500 characters' },
  until: { kind: 'text', default: '', help: `${untilHelp}; without it until it is revoked` },
  json: jsonOption,
  ...registryOptions,
} as const;

const listOptions = {
  client: { kind: 'text', default: '', help: "of this client's alone" },
  platform: { kind: 'text', default: '', help: "of this platform's alone" },
  status: {
    kind: 'list',
    default: [],
    help: 'LIVE, REVOKED, ENDED; of applications SUBMITTED, APPROVED, REFUSED, WITHDRAWN',
  },
  applications: { kind: 'flag', default: false, help: 'applications instead' },
  overdue: { kind: 'flag', default: false, help: 'applications past their deadline' },
  json: jsonOption,
  ...registryOptions,
} as const;

const showOptions = {
  id: { kind: 'text', default: '', help: 'of a grant or an application' },
  ...registryOptions,
} as const;

const decideOptions = {
  application: { kind: 'text', default: '', help: "the application's id" },
  platform: platformOption,
  json: jsonOption,
  ...registryOptions,
} as const;

const approveOptions = {
  scopes: { kind: 'list', default: [], help: 'fewer than are asked; all without it' },
  until: { kind: 'text', default: '', help: `earlier than is asked: ${untilHelp}` },
  ...decideOptions,
} as const;

const refuseOptions = {
  reason: { kind: 'text', default: '', help: 'why; the client is told' },
  ...decideOptions,
} as const;

const revokeOptions = {
  id: { kind: 'text', default: '', help: 'of the grant' },
  reason: { kind: 'text', default: '', help: 'why; the client is told' },
  json: jsonOption,
  ...registryOptions,
} as const;

const withdrawOptions = {
  application: { kind: 'text', default: '', help: "the application's id" },
  json: jsonOption,
  ...registryOptions,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  apply: { help: 'ask platforms for a grant, for a client (operator)', run: apply },
  list: { help: 'grants, or the applications for them, newest first', run: list },
  show: { help: 'one grant or application', run: show },
  approve: { help: 'grant what is asked, or less of it', run: approve },
  refuse: { help: 'refuse what is asked, and say why', run: refuse },
  revoke: { help: 'end a grant; within two seconds nothing rests on it', run: revoke },
  withdraw: { help: 'take an application back (operator)', run: withdraw },
};

export function grant(args: readonly string[]): Promise<number> {
  return runSubcommand('grant', subcommands, args);
}

interface ShownGrant {
  readonly id: string;
  readonly client: string;
  readonly platform: string;
  readonly scopes: readonly string[];
  readonly purpose: string;
  readonly until: string | null;
  readonly status: string;
}

interface ShownApplication extends Omit<ShownGrant, 'platform' | 'status'> {
  readonly reason: string;
  readonly dueAt: string;
  readonly isOverdue: boolean;
  readonly decisions: readonly {
    readonly platform: string;
    readonly status: string;
    readonly reason: string | null;
    readonly grant: string | null;
  }[];
}

function apply(args: readonly string[], usage: string): Promise<number> {
  return runCommand(applyOptions, args, usage, async (values) => {
    const { platforms, scopes, until } = values;
    if (platforms.length === 0) throw new UsageError('--platforms is missing: see --help.');
    if (scopes.length === 0) throw new UsageError('--scopes is missing: see --help.');
    const { body } = await callProvince(values, 'POST', 'access/grants/applications', {
      client: required('client', values.client),
      platforms,
      scopes,
      purpose: required('purpose', values.purpose),
      reason: required('reason', values.reason),
      ...(until === '' ? {} : { until }),
    });
    return printApplication(values, body);
  });
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand(listOptions, args, usage, async (values) => {
    const isOfApplications = values.applications || values.overdue;
    const found = isOfApplications
      ? await everyPage<ShownApplication>(values, 'grants/applications', 'applications')
      : await everyPage<ShownGrant>(values, 'grants', 'grants');
    if (values.json) console.log(JSON.stringify(found));
    else console.log(tableLines(rowsOf(found)).join('\n'));
    return 0;
  });
}

type ListValues = RegistryAccess & {
  readonly client: string;
  readonly platform: string;
  readonly status: readonly string[];
  readonly overdue: boolean;
};

async function everyPage<Shown>(
  values: ListValues,
  path: string,
  name: string,
): Promise<readonly Shown[]> {
  const query = new URLSearchParams({ first: '200' });
  if (values.client !== '') query.set('client', values.client);
  if (values.platform !== '') query.set('platform', values.platform);
  if (values.overdue) query.set('overdue', 'true');
  for (const status of values.status) query.append('status', status);
  const found: Shown[] = [];
  for (;;) {
    const { body } = await callProvince(values, 'GET', `access/${path}?${query}`);
    found.push(...(body[name] as readonly Shown[]));
    if (body['hasNextPage'] !== true) return found;
    query.set('after', String(body['endCursor']));
  }
}

function rowsOf(found: readonly (ShownGrant | ShownApplication)[]): readonly string[][] {
  const rows = found.flatMap((each) =>
    'decisions' in each
      ? each.decisions.map(({ platform, status }) => {
          const late = each.isOverdue && status === 'SUBMITTED' ? ' (overdue)' : '';
          return [...common(each, platform), `${status}${late}`, each.dueAt];
        })
      : [[...common(each, each.platform), each.status, each.until ?? '-']],
  );
  const last = found.some((each) => 'decisions' in each) ? 'due' : 'until';
  return [['id', 'client', 'platform', 'purpose', 'scopes', 'status', last], ...rows];
}

function common(
  { id, client, purpose, scopes }: Pick<ShownGrant, 'id' | 'client' | 'purpose' | 'scopes'>,
  platform: string,
): readonly string[] {
  return [id, client, platform, purpose, scopes.join(',')];
}

function show(args: readonly string[], usage: string): Promise<number> {
  return runCommand(showOptions, args, usage, async (values) => {
    const id = encodeURIComponent(required('id', values.id));
    const { body } = await callProvince(values, 'GET', `access/grants/${id}`).catch(() =>
      callProvince(values, 'GET', `access/grants/applications/${id}`),
    );
    console.log(JSON.stringify(body, undefined, 2));
    return 0;
  });
}

function approve(args: readonly string[], usage: string): Promise<number> {
  return runCommand(approveOptions, args, usage, (values) =>
    decide(values, {
      approve: true,
      ...(values.scopes.length === 0 ? {} : { scopes: values.scopes }),
      ...(values.until === '' ? {} : { until: values.until }),
    }),
  );
}

function refuse(args: readonly string[], usage: string): Promise<number> {
  return runCommand(refuseOptions, args, usage, (values) =>
    decide(values, { approve: false, reason: required('reason', values.reason) }),
  );
}

async function decide(
  values: RegistryAccess & {
    readonly application: string;
    readonly platform: string;
    readonly json: boolean;
  },
  verdict: object,
): Promise<number> {
  const path = applicationPath(values.application, 'decision');
  const platform = required('platform', values.platform);
  const { body } = await callProvince(values, 'POST', path, { platform, ...verdict });
  return printApplication(values, body);
}

function withdraw(args: readonly string[], usage: string): Promise<number> {
  return runCommand(withdrawOptions, args, usage, async (values) => {
    const path = applicationPath(values.application, 'withdraw');
    const { body } = await callProvince(values, 'POST', path);
    return printApplication(values, body);
  });
}

function revoke(args: readonly string[], usage: string): Promise<number> {
  return runCommand(revokeOptions, args, usage, async (values) => {
    const id = encodeURIComponent(required('id', values.id));
    const reason = values.reason === '' ? {} : { reason: values.reason };
    const { body } = await callProvince(values, 'POST', `access/grants/${id}/revoke`, reason);
    console.log(values.json ? JSON.stringify(body) : `${values.id} is ${String(body['status'])}.`);
    return 0;
  });
}

function applicationPath(id: string, action: string): string {
  return `access/grants/applications/${encodeURIComponent(required('application', id))}/${action}`;
}

function printApplication(values: { readonly json: boolean }, body: object): number {
  const application = body as ShownApplication;
  if (values.json) {
    console.log(JSON.stringify(application));
    return 0;
  }
  console.log(`Application ${application.id} of ${application.client}, due ${application.dueAt}:`);
  for (const { platform, status, grant: id, reason } of application.decisions) {
    const more = id === null ? reason : `grant ${id}`;
    console.log(`  ${platform} ${status}${more === null ? '' : `: ${more}`}`);
  }
  return 0;
}
