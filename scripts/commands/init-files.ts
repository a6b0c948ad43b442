/** The files of a platform to start from: those of the examples, with its code, name and modules. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { platformSdl, type ModuleName } from '@onenet/contract';
import { platformByCode } from '@onenet/platforms';
import { sampleRecords } from './init-records.ts';

export interface NewPlatform {
  readonly code: string;
  /** Codes of the divisions that it serves. */
  readonly serves: readonly string[];
  /** Those beside the mandatory ones. */
  readonly modules: readonly ModuleName[];
}

export interface Language {
  readonly title: string;
  readonly about: string;
  /** The optional modules that its example has. */
  readonly modules: readonly ModuleName[];
  /** What the README says for it. */
  readonly commands: Readonly<Record<'install' | 'tables' | 'load' | 'serve' | 'needs', string>>;
  files(platform: NewPlatform): Promise<ReadonlyMap<string, string>>;
}

const repository = join(import.meta.dirname, '../..');
const examples = join(repository, 'subgraphs/examples');

export const languages: Readonly<Record<string, Language>> = {
  python: {
    title: 'python',
    about: 'ariadne and psycopg on PostgreSQL',
    modules: ['members', 'content', 'transfers'],
    commands: {
      needs: 'Python 3.11',
      install: 'python3 -m venv .venv\n.venv/bin/pip install --require-hashes -r requirements.txt',
      tables: '.venv/bin/python -m union_platform.load',
      load: '.venv/bin/python -m union_platform.load --records records.ndjson',
      serve: '.venv/bin/python -m union_platform --port 8000',
    },
    files: pythonFiles,
  },
  typescript: {
    title: 'typescript',
    about: 'graphql-yoga and pg on PostgreSQL',
    modules: ['members', 'content'],
    commands: {
      needs: 'Node 24',
      install: 'npm install',
      tables: 'node src/load.ts',
      load: 'node src/load.ts --records records.ndjson',
      serve: 'node src/main.ts --port 8000',
    },
    files: typescriptFiles,
  },
};

/** Writes all of it into a folder that is empty. */
export async function writePlatform(
  language: Language,
  platform: NewPlatform,
  folder: string,
): Promise<void> {
  const files = new Map<string, string>([
    ...(await language.files(platform)),
    ['contract.graphql', `${platformSdl(platform.modules)}\n`],
    ['schema.sql', renamed(await readFile(join(examples, 'python/schema.sql'), 'utf8'), platform)],
    ['load.sql', await readFile(join(examples, 'python/load.sql'), 'utf8')],
    [
      'divisions.csv',
      await readFile(join(repository, 'subgraphs/platforms/data/divisions.csv'), 'utf8'),
    ],
    [
      'working-days.json',
      await readFile(join(repository, 'subgraphs/contract/working-days.json'), 'utf8'),
    ],
    ['records.ndjson', await sampleRecords(platform)],
    ['.gitignore', '.venv/\n__pycache__/\nnode_modules/\n.onenet-dev/\n'],
  ]);
  for (const name of ['README.md', 'README.zh-CN.md']) {
    const text = await readFile(join(examples, 'start', name), 'utf8');
    files.set(name, readme(text, language, platform));
  }
  for (const [name, text] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** Yichang's platform without what is Yichang's: its simulation, its code, its name. */
async function pythonFiles(platform: NewPlatform): Promise<ReadonlyMap<string, string>> {
  const source = join(examples, 'python');
  const files = new Map<string, string>();
  for (const name of ['pyproject.toml', 'requirements.in', 'requirements.txt']) {
    files.set(name, renamed(await readFile(join(source, name), 'utf8'), platform));
  }
  for (const name of await readdir(join(source, 'yichang'))) {
    if (!name.endsWith('.py') || name === 'simulate.py') continue;
    const text = await readFile(join(source, 'yichang', name), 'utf8');
    files.set(`union_platform/${name}`, renamed(text, platform));
  }
  edit(files, 'union_platform/app.py', [
    ['from .simulate import simulate\n', ''],
    ['    simulate_per_second: float = 0,\n', ''],
    [', simulate(platform, simulate_per_second):', ':'],
  ]);
  edit(files, 'union_platform/__main__.py', [
    [/^ +parser\.add_argument\("--simulate".*\n/m, ''],
    ['            options.simulate,\n', ''],
  ]);
  edit(files, 'union_platform/load.py', [
    ['HOME.parent.parent / "platforms" / "data" / "divisions.csv"', 'HOME / "divisions.csv"'],
  ]);
  leaveOutModules(files, platform);
  return files;
}

/** The files of each optional module, beside what every platform has. */
const pythonModules: Readonly<Record<string, readonly string[]>> = {
  members: ['members', 'join_codes'],
  content: ['content'],
  transfers: ['transfers', 'envelopes', 'fields'],
};

/** What is asked for is what the contract's text has; the files of the other modules go, and what names them. */
function leaveOutModules(files: Map<string, string>, { modules }: NewPlatform): void {
  const without = Object.keys(pythonModules).filter((module) => !modules.some((m) => m === module));
  for (const name of without.flatMap((module) => pythonModules[module] ?? [])) {
    files.delete(`union_platform/${name}.py`);
    for (const file of ['union_platform/mutations.py', 'union_platform/resolvers.py']) {
      const text = files.get(file) ?? '';
      if (!new RegExp(`^from \\. import.*\\b${name}\\b`, 'm').test(text)) continue;
      edit(files, file, [
        [new RegExp(`^.*\\b${name}\\.[A-Za-z]+.*\\n`, 'gm'), ''],
        [new RegExp(`^(from \\. import.*?)(\\b${name}, |, ${name}\\b)`, 'm'), '$1'],
      ]);
    }
  }
}

/** The files of each optional module, and what `resolvers` takes of them, a line each. */
const typescriptModules = {
  members: { names: ['members', 'join-codes'], exported: 'memberCommands|joinCodeFields' },
  content: { names: ['content'], exported: 'contentCommands' },
} as const;

async function typescriptFiles(platform: NewPlatform): Promise<ReadonlyMap<string, string>> {
  const source = join(examples, 'typescript');
  const files = new Map<string, string>();
  for (const name of ['package.json', 'tsconfig.json']) {
    files.set(name, await readFile(join(source, name), 'utf8'));
  }
  for (const name of await readdir(join(source, 'src'))) {
    files.set(`src/${name}`, await readFile(join(source, 'src', name), 'utf8'));
  }
  const { code, serves, modules } = platform;
  for (const [module, { names, exported }] of Object.entries(typescriptModules)) {
    if (modules.some((each) => each === module)) continue;
    for (const name of names) files.delete(`src/${name}.ts`);
    edit(files, 'src/resolvers.ts', [[new RegExp(`^.*\\b(?:${exported})\\b.*\\n`, 'gm'), '']]);
  }
  edit(files, 'package.json', [['"onenet-example"', `"platform-${code.toLowerCase()}"`]]);
  edit(files, 'src/main.ts', [
    [`code: { type: 'string', default: '420500' }`, `code: { type: 'string', default: '${code}' }`],
    [
      `serves: { type: 'string', default: '420500' }`,
      `serves: { type: 'string', default: '${serves.join(',')}' }`,
    ],
  ]);
  return files;
}

function renamed(text: string, { code, serves }: NewPlatform): string {
  return text
    .replaceAll(
      /Yichang's service platform \(420500\)/g,
      `The service platform of ${nameOf(code)} (${code})`,
    )
    .replaceAll('yichang-platform', `platform-${code.toLowerCase()}`)
    .replaceAll("-- Yichang's own tables", "-- The platform's own tables")
    .replaceAll('yichang', 'union_platform')
    .replaceAll('"--code", default="420500"', `"--code", default="${code}"`)
    .replaceAll('"--serves", default="420500"', `"--serves", default="${serves.join(',')}"`);
}

/** Replaces each text once at least; a text that is not there any more is a fault of this file. */
function edit(
  files: Map<string, string>,
  name: string,
  changes: readonly (readonly [from: string | RegExp, to: string])[],
): void {
  let text = files.get(name) ?? '';
  for (const [from, to] of changes) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`init: ${name} of the example has no ${String(from)}.`);
    text = next;
  }
  files.set(name, text);
}

function readme(text: string, { commands }: Language, { code, serves }: NewPlatform): string {
  const values = {
    ...commands,
    code,
    name: nameOf(code),
    serves: serves.join(','),
    database: `platform_${code.toLowerCase().replaceAll('-', '_')}`,
    onenet: repository,
  };
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_all, key: string) => {
    if (key in values) return values[key as keyof typeof values];
    throw new Error(`init: the README names {{${key}}}, which is not known.`);
  });
}

function nameOf(code: string): string {
  return platformByCode(code)?.name ?? code;
}
