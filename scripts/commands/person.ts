/** `./onenet person …`: who signs in with a name and a password; all for the operator. */
import { callProvince, registryOptions } from './registry.ts';
import { required, runCommand, runSubcommand, type Subcommand } from './run.ts';
import { tableLines } from './table.ts';

const nameOption = {
  kind: 'text',
  default: '',
  help: 'the name by which the person signs in',
} as const;
const jsonOption = { kind: 'flag', default: false, help: 'print JSON' } as const;
const oneOptions = { name: nameOption, json: jsonOption, ...registryOptions } as const;

const addOptions = {
  name: nameOption,
  roles: { kind: 'list', default: [], help: 'of leader, team, administrator, auditor' },
  platform: { kind: 'text', default: '', help: "code of the team's platform" },
  json: jsonOption,
  ...registryOptions,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  add: { help: 'let somebody sign in; the password is shown this once', run: add },
  list: { help: 'who may sign in', run: list },
  reset: { help: 'another password; ends a lock-out and every session', run: reset },
  remove: { help: 'somebody may no longer sign in; every session ends', run: remove },
};

export function person(args: readonly string[]): Promise<number> {
  return runSubcommand('person', subcommands, args);
}

function add(args: readonly string[], usage: string): Promise<number> {
  return runCommand(addOptions, args, usage, async (values) => {
    const { roles, platform } = values;
    const { body } = await callProvince(values, 'POST', 'access/people', {
      name: required('name', values.name),
      roles,
      ...(platform === '' ? {} : { platform }),
    });
    return printPassword(values, body);
  });
}

interface ShownPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly platform: string | null;
  readonly signsIn: string;
}

function list(args: readonly string[], usage: string): Promise<number> {
  return runCommand({ json: jsonOption, ...registryOptions }, args, usage, async (values) => {
    const { body } = await callProvince(values, 'GET', 'access/people');
    const people = body['people'] as readonly ShownPerson[];
    const rows = people.map(({ id, name, roles, platform, signsIn }) => [
      name,
      roles.join(' ') || '-',
      platform ?? '-',
      signsIn,
      id,
    ]);
    const head = ['name', 'roles', 'platform', 'signs in', 'id'];
    console.log(values.json ? JSON.stringify(people) : tableLines([head, ...rows]).join('\n'));
    return 0;
  });
}

function reset(args: readonly string[], usage: string): Promise<number> {
  return runCommand(oneOptions, args, usage, async (values) => {
    const { body } = await callProvince(values, 'POST', `${pathOf(values.name)}/reset`, {});
    return printPassword(values, body);
  });
}

function remove(args: readonly string[], usage: string): Promise<number> {
  return runCommand(oneOptions, args, usage, async (values) => {
    const { body } = await callProvince(values, 'DELETE', pathOf(values.name));
    console.log(values.json ? JSON.stringify(body) : `${values.name} may no longer sign in.`);
    return 0;
  });
}

/** Alone on its line, so that a script can take it; the rest goes where people read. */
function printPassword(
  { name, json }: { readonly name: string; readonly json: boolean },
  body: Readonly<Record<string, unknown>>,
): number {
  if (json) {
    console.log(JSON.stringify(body));
    return 0;
  }
  console.error(`The password of ${name}, which is shown this once:`);
  console.log(String(body['password']));
  return 0;
}

function pathOf(name: string): string {
  return `access/people/${encodeURIComponent(required('name', name))}`;
}
