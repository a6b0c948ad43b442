/** `./onenet keys rotate|list`: the keys with which the net signs its calls to owners. */
import {
  algorithms,
  listKeys,
  publishAheadMs,
  rotateKeys,
  type Algorithm,
  type KeyInfo,
} from '@onenet/assertion';
import { describeOptions, parseOptions, UsageError, type Option } from '../options.ts';
import { helpOption } from './run.ts';

const keyOptions = {
  keys: { kind: 'text', default: '.onenet/keys', help: 'the folder of private keys' },
  alg: {
    kind: 'text',
    default: 'EdDSA',
    help: `of a new key: ${algorithms.join(' or ')} (with SM3)`,
  },
  ahead: {
    kind: 'number',
    default: publishAheadMs / 1000,
    atMost: 86_400,
    help: 'seconds for which a new key is published before it signs',
  },
  help: helpOption,
} as const satisfies Readonly<Record<string, Option>>;

/** What each state means for whoever runs the net. */
const meanings: Readonly<Record<KeyInfo['state'], string>> = {
  NEXT: 'published; signs from then on',
  SIGNS: 'signs',
  LEAVING: 'published, for what it signed may still be valid',
  RETIRED: 'no longer published; the next rotation removes it',
};

/** Resolves with the exit code. */
export async function keys(args: readonly string[], usage: string): Promise<number> {
  const [action = '', ...rest] = args;
  try {
    if (action === '' || action === '--help') {
      console.log(help(usage));
      return 0;
    }
    if (action !== 'rotate' && action !== 'list') {
      throw new UsageError(`No action "${action}": rotate or list.`);
    }
    const options = parseOptions(keyOptions, rest, process.env);
    if (options.help) {
      console.log(help(usage));
      return 0;
    }
    if (action === 'rotate') {
      await rotateKeys(options.keys, {
        alg: algorithmOf(options.alg),
        aheadMs: options.ahead * 1000,
      });
    }
    for (const line of linesOf(await listKeys(options.keys))) console.log(line);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

function help(usage: string): string {
  return [
    usage.replace('[options]', 'rotate|list [options]'),
    '',
    'rotate adds a key, which signs when every owner has read it; list shows all. Running parts take',
    'notice by themselves.',
    '',
    describeOptions(keyOptions),
  ].join('\n');
}

function algorithmOf(text: string): Algorithm {
  const known = algorithms.find((algorithm) => algorithm === text);
  if (known) return known;
  throw new UsageError(`--alg ${text}: ${algorithms.join(' or ')}.`);
}

function linesOf(all: readonly KeyInfo[]): string[] {
  if (all.length === 0) return ['There are no keys yet: the gateway makes the first one.'];
  return all.map(
    ({ kid, alg, notBefore, state }) =>
      `${kid}  ${alg.padEnd(5)}  ${notBefore.toISOString()}  ${state}: ${meanings[state]}`,
  );
}
