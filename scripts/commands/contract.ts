/** `./onenet contract …`: the contract's SDL and description, who offers what of it, and what a change would break. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  contractDocs,
  contractModules,
  contractVersion,
  contractVersions,
  platformSdl,
  type ContractVersion,
  type ModuleName,
} from '@onenet/contract';
import { UsageError } from '../options.ts';
import { contractDiff } from './contract-diff.ts';
import { queryProvince, registryOptions } from './registry.ts';
import { helpOption, runCommand, runSubcommand, type Subcommand } from './run.ts';
import { tableLines } from './table.ts';

const sdlOptions = {
  modules: {
    kind: 'list',
    default: contractModules.map(({ name }) => name),
    help: 'modules to offer; the mandatory ones are always in it',
  },
  version: { kind: 'text', default: contractVersion, help: contractVersions.join(' or ') },
  help: helpOption,
} as const;

const docsOptions = {
  check: {
    kind: 'flag',
    default: false,
    help: 'write nothing; exit code 1 when it is out of date',
  },
  help: helpOption,
} as const;

const skewOptions = {
  json: { kind: 'flag', default: false, help: 'print JSON' },
  province: registryOptions.province,
  help: helpOption,
} as const;

const subcommands: Readonly<Record<string, Subcommand>> = {
  sdl: { help: 'print what a platform with these modules offers, to start from', run: sdl },
  docs: { help: 'write docs/contract.md, the description of the contract', run: docs },
  diff: {
    help: 'what a proposed contract breaks, for which platforms and which consumers',
    run: contractDiff,
  },
  skew: { help: 'which platform offers what: platform × version × module', run: skew },
};

export function contract(args: readonly string[]): Promise<number> {
  return runSubcommand('contract', subcommands, args);
}

function sdl(args: readonly string[], usage: string): Promise<number> {
  return runCommand(sdlOptions, args, usage, async ({ modules, version }) => {
    console.log(platformSdl(modules.map(moduleOf), versionOf(version)));
    return 0;
  });
}

const docsFile = fileURLToPath(new URL('../../docs/contract.md', import.meta.url));

function docs(args: readonly string[], usage: string): Promise<number> {
  return runCommand(docsOptions, args, usage, async ({ check }) => {
    const text = contractDocs();
    const isCurrent = (await readFile(docsFile, 'utf8').catch(() => '')) === text;
    if (!check && !isCurrent) await writeFile(docsFile, text);
    const verdict = isCurrent ? 'is up to date' : check ? 'is out of date' : 'is written';
    console.log(`${docsFile} ${verdict}.`);
    return check && !isCurrent ? 1 : 0;
  });
}

function moduleOf(text: string): ModuleName {
  const module = contractModules.find(({ name }) => name === text);
  if (module) return module.name;
  const known = contractModules.map(({ name }) => name).join(', ');
  throw new UsageError(`--modules: there is no module "${text}": ${known}.`);
}

function versionOf(text: string): ContractVersion {
  const version = contractVersions.find((each) => each === text);
  if (version) return version;
  throw new UsageError(`--version is "${text}" and must be ${contractVersions.join(' or ')}.`);
}

interface PlatformSkew {
  readonly platform: { readonly code: string; readonly name: string };
  readonly connection: string;
  readonly version: number | null;
  readonly contractVersion: string | null;
  readonly modules: readonly {
    readonly module: string;
    readonly isOffered: boolean;
    readonly lacks: readonly string[] | null;
  }[];
}

function skew(args: readonly string[], usage: string): Promise<number> {
  return runCommand(skewOptions, args, usage, async (values) => {
    const data = await queryProvince(
      values,
      `{ skew {
        platform { code name } connection version contractVersion behind
        modules { module isOffered lacks }
      } }`,
    );
    console.log(
      values.json
        ? JSON.stringify(data['skew'])
        : skewLines(data['skew'] as readonly PlatformSkew[]).join('\n'),
    );
    return 0;
  });
}

/** `✓`: the whole module; `−3`: all but three coordinates; `·`: not offered. */
function skewLines(platforms: readonly PlatformSkew[]): readonly string[] {
  const names = contractModules.map(({ name }) => name);
  const rows = platforms.map(
    ({ platform, connection, version, contractVersion: kept, modules }) => [
      platform.code,
      connection,
      String(version ?? '-'),
      kept ?? '-',
      ...names.map((name) => {
        const module = modules.find((each) => each.module === name);
        if (!module?.isOffered) return '·';
        const lacks = module.lacks?.length ?? 0;
        return lacks === 0 ? '✓' : `−${lacks}`;
      }),
      platform.name,
    ],
  );
  const head = ['code', 'connection', 'version', 'contract', ...names, 'name'];
  const legend = '✓ the whole module, −n all of it but n coordinates, · not offered.';
  return [...tableLines([head, ...rows]), '', legend];
}
