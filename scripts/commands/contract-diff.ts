/** `./onenet contract diff`: what a proposed contract changes, which platforms it concerns, and who uses what it breaks. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { contractModules, diffContracts, moduleText, type ContractChange } from '@onenet/contract';
import { describeOptions, UsageError } from '../options.ts';
import { registryOptions } from './registry.ts';
import { helpOption, runCommand } from './run.ts';
import { isInUse, weigh, type WeighedChange } from './weigh-changes.ts';

const diffOptions = {
  json: { kind: 'flag', default: false, help: 'print JSON' },
  gateway: {
    kind: 'text',
    default: 'http://127.0.0.1:4000',
    env: 'ONENET_GATEWAY',
    help: 'base URL of the gateway: who used what is asked there',
  },
  province: registryOptions.province,
  help: helpOption,
} as const;

const about = `A folder, or a file, of GraphQL. Files that are named as the contract's modules
(requests.graphql) stand for those; a file of another name is the whole contract.
Exit code: 0 nothing that is in use breaks, 1 something does or nobody knows, 2 there was nothing to compare.`;

export function contractDiff(args: readonly string[], usage: string): Promise<number> {
  const [first = ''] = args;
  const hasPath = first !== '' && !first.startsWith('-');
  if (args.includes('--help')) {
    const how = usage.replace('[options]', '<file|folder> [options]');
    console.log(`${how}\n\n${about}\n\n${describeOptions(diffOptions)}`);
    return Promise.resolve(0);
  }
  return runCommand(diffOptions, hasPath ? args.slice(1) : args, usage, async (values) => {
    if (!hasPath) throw new UsageError('What is compared? ./onenet contract diff <file|folder>');
    const changes = compare(await proposedTexts(first));
    const weighed = await weigh(changes, values);
    const breaks = weighed.filter(isInUse);
    console.log(values.json ? JSON.stringify({ changes: weighed }) : lines(weighed).join('\n'));
    return breaks.length > 0 ? 1 : 0;
  });
}

/** The files' texts by name. */
async function proposedTexts(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const names = isFolder
      ? (await readdir(path)).filter((name) => name.endsWith('.graphql')).toSorted()
      : [basename(path)];
    if (names.length === 0) throw new UsageError(`${path} has no file *.graphql.`);
    const read = async (name: string): Promise<[string, string]> => [
      name,
      await readFile(isFolder ? join(path, name) : path, 'utf8'),
    ];
    return new Map(await Promise.all(names.map(read)));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path} cannot be read: ${why}`, { cause: error });
  }
}

function compare(proposed: ReadonlyMap<string, string>): readonly ContractChange[] {
  const names = contractModules.map(({ name }) => name);
  const inForce = names.map(moduleText);
  const areModules = [...proposed.keys()].every((file) =>
    names.some((name) => file === `${name}.graphql`),
  );
  const after = areModules
    ? names.map((name) => proposed.get(`${name}.graphql`) ?? moduleText(name))
    : [...proposed.values()];
  try {
    for (const [file, text] of proposed) checkSyntax(file, text);
    return diffContracts(inForce, after);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The proposed text is no contract: ${why}`, { cause: error });
  }
}

/** A file that is no GraphQL is named, with its line. */
function checkSyntax(file: string, text: string): void {
  try {
    diffContracts(text, text);
  } catch (error) {
    const { message, locations } = error as Error & { locations?: readonly { line: number }[] };
    const line = locations?.[0]?.line;
    const where = line === undefined ? file : `${file}, line ${line}`;
    throw new UsageError(`The proposed text is no contract: ${where}: ${message}`, {
      cause: error,
    });
  }
}

function lines(changes: readonly WeighedChange[]): readonly string[] {
  if (changes.length === 0) return ['Nothing differs from the contract in force.'];
  const blocks = changes.flatMap((change) => [
    `${change.breaking === null ? '·' : '✗'} ${change.kind} ${change.coordinate}: ${change.message}`,
    ...(change.breaking === null ? [] : detailLines(change)),
  ]);
  const breaking = changes.filter((change) => change.breaking !== null).length;
  const inUse = changes.filter(isInUse).length;
  return [
    ...blocks,
    '',
    `Changes: ${changes.length}; breaking: ${breaking}; of these in use, or not known to be unused: ${inUse}.`,
  ];
}

function detailLines({ breaking, offeredBy, lackedBy, usedBy }: WeighedChange): readonly string[] {
  const list = (codes: readonly string[]) => (codes.length === 0 ? 'nobody' : codes.join(', '));
  const clients =
    usedBy?.map(({ client, requests }) => `${client} (${requests} requests)`) ?? undefined;
  return [
    `    breaks those who ${breaking === 'input' ? 'ask with it' : 'read it'}; used by ${clients ? list(clients) : '? (no usage is known)'}`,
    `    offered by ${list(offeredBy)}; not by ${list(lackedBy)}`,
  ];
}
