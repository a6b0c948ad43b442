/** `./onenet init FOLDER`: a platform to start from, which passes the audit as it is. */
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { contractModules, isPlatformCode, type ModuleName } from '@onenet/contract';
import { divisions, platformByCode } from '@onenet/platforms';
import { describeOptions, parseOptions, UsageError } from '../options.ts';
import { languages, writePlatform, type Language } from './init-files.ts';

const initOptions = {
  lang: { kind: 'text', default: '', help: Object.keys(languages).join(' or ') },
  code: { kind: 'text', default: '422800', help: "the platform's code" },
  serves: {
    kind: 'list',
    default: [],
    help: 'codes of the divisions that it serves; without it those that the code stands for',
  },
  modules: {
    kind: 'list',
    default: [],
    help: `optional modules to offer beside organizations and requests: ${Object.values(languages)
      .map(({ title, modules }) => `${modules.join(', ')} (${title})`)
      .join('; ')}`,
  },
  help: { kind: 'flag', default: false, help: 'this text' },
} as const;

/** Resolves with the exit code. */
export async function init(args: readonly string[], usage: string): Promise<number> {
  try {
    const { folder, rest } = withoutFolder(args);
    const options = parseOptions(initOptions, rest, process.env);
    if (options.help) {
      const how = usage.replace('[options]', '--lang <language> [options] <folder>');
      console.log(`${how}\n\n${notes()}\n\n${describeOptions(initOptions)}`);
      return 0;
    }
    if (folder === undefined)
      throw new UsageError('Into which folder? ./onenet init --lang python ../platform');
    const language = languageOf(options.lang);
    const modules = modulesOf(language, options.modules);
    const target = await emptyFolder(folder);
    const { code } = options;
    await writePlatform(
      language,
      { code, serves: servesOf(code, options.serves), modules },
      target,
    );
    console.log(`${target} holds the platform ${code}. Next: its README.md.`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The folder stands anywhere: it is what is neither an option nor an option's value. */
function withoutFolder(args: readonly string[]) {
  const at = args.findIndex((each, index) => {
    const before = args[index - 1] ?? '';
    const isValue = /^--[^=]+$/.test(before) && before !== '--help';
    return !each.startsWith('-') && !isValue;
  });
  return { folder: args[at], rest: args.filter((_each, index) => index !== at) };
}

function notes(): string {
  const lines = Object.values(languages).map(({ title, about }) => `  ${title}: ${about}`);
  return `Writes a platform into an empty folder: its server and tables, the contract's text, a few records
to try it with, and a README with the next steps. It stands behind ./onenet sidecar.\n\n${lines.join('\n')}`;
}

function languageOf(text: string): Language {
  const language = Object.hasOwn(languages, text) ? languages[text] : undefined;
  if (language) return language;
  const given = text === '' ? '--lang is missing' : `--lang is "${text}"`;
  throw new UsageError(`${given}: ${Object.keys(languages).join(' or ')}.`);
}

function modulesOf({ title, modules }: Language, given: readonly string[]): readonly ModuleName[] {
  for (const name of given) {
    const module = contractModules.find((each) => each.name === name);
    if (module && (!module.optional || modules.includes(module.name))) continue;
    const where = module ? `the example in ${title} has no` : 'there is no module';
    throw new UsageError(`--modules: ${where} "${name}": ${modules.join(', ')}.`);
  }
  return modules.filter((each) => given.includes(each));
}

function servesOf(code: string, given: readonly string[]): readonly string[] {
  if (!isPlatformCode(code)) {
    throw new UsageError(`--code "${code}" is no platform's code: digits, capitals and hyphens.`);
  }
  const unknown = given.find((each) => !divisions.has(each));
  if (unknown) throw new UsageError(`--serves: no division has the code "${unknown}".`);
  if (given.length > 0) return given;
  const reference = platformByCode(code)?.serves;
  if (reference) return reference;
  if (divisions.has(code)) return [code];
  throw new UsageError(`What does ${code} serve? Say it with --serves, e.g. --serves 420000.`);
}

/** The folder, made; what somebody else wrote there is not touched. */
async function emptyFolder(given: string): Promise<string> {
  const folder = resolve(given);
  const names = await readdir(folder).catch(() => []);
  if (names.length > 0) {
    throw new UsageError(`${folder} holds ${names[0]}: nothing was written. Name an empty folder.`);
  }
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
