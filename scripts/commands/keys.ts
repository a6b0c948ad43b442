/** `./onenet keys rotate|list|withdraw`: the keys with which the net signs its calls to owners, and access tokens. */
import { join } from 'node:path';
import {
  algorithms,
  listKeys,
  listPartKeys,
  netIssuers,
  publishAheadMs,
  rotateKeys,
  rotatePartKeys,
  withdrawKey,
  type Algorithm,
  type KeyInfo,
} from '@onenet/assertion';
import { accessTokenKeys, accessTokenSeconds } from '@onenet/contract';
import { describeOptions, parseOptions, UsageError, type Option } from '../options.ts';
import { helpOption } from './run.ts';

const keyOptions = {
  keys: { kind: 'text', default: '.onenet/keys', help: 'the folder of private keys' },
  tokens: {
    kind: 'flag',
    default: false,
    help: 'the keys of access tokens instead (tokens/ below it)',
  },
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
  kid: { kind: 'text', default: '', help: 'of withdraw: the key that is removed' },
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
    if (action !== 'rotate' && action !== 'list' && action !== 'withdraw') {
      throw new UsageError(`No action "${action}": rotate, list or withdraw.`);
    }
    const options = parseOptions(keyOptions, rest, process.env);
    if (options.help) {
      console.log(help(usage));
      return 0;
    }
    const alg = algorithmOf(options.alg);
    if (options.tokens && alg !== 'EdDSA') {
      throw new UsageError(
        `--alg ${alg}: access tokens are signed by EdDSA (RFC 9068 knows no SM2).`,
      );
    }
    if (action === 'withdraw') await withdraw(options);
    const how = { alg, aheadMs: options.ahead * 1000 };
    for (const line of linesOf(
      options.tokens
        ? await ofTokens(join(options.keys, accessTokenKeys), action === 'rotate' && how)
        : await ofParts(options.keys, action === 'rotate' && how),
    )) {
      console.log(line);
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** From the folder of whichever part has it. */
async function withdraw(options: {
  readonly keys: string;
  readonly kid: string;
  readonly tokens: boolean;
}): Promise<void> {
  const { keys: folder, kid, tokens } = options;
  if (kid === '') throw new UsageError('--kid is missing: which key; list shows them.');
  for (const part of tokens ? [accessTokenKeys] : netIssuers) {
    if (await withdrawKey(join(folder, part), kid)) return;
  }
  throw new UsageError(`--kid ${kid}: there is no such key; list shows all.`);
}

type Rotation = { readonly alg: Algorithm; readonly aheadMs: number };
type Shown = KeyInfo & { readonly issuer: string };

async function ofTokens(folder: string, rotation: Rotation | false): Promise<readonly Shown[]> {
  const life = { lifeSeconds: accessTokenSeconds };
  if (rotation) await rotateKeys(folder, { ...rotation, ...life });
  return listKeys(folder, life).map((key) => ({ ...key, issuer: 'tokens' }));
}

async function ofParts(folder: string, rotation: Rotation | false): Promise<readonly Shown[]> {
  if (rotation) await rotatePartKeys(folder, rotation);
  return listPartKeys(folder);
}

function help(usage: string): string {
  return [
    usage.replace('[options]', 'rotate|list|withdraw [options]'),
    '',
    'rotate adds a key for each part of the net whose private keys are here; it signs when everybody who',
    'verifies has read it. list shows all. withdraw removes one that others know: what it signed is refused',
    'within half a minute, of tokens at every gateway.',
    'Running parts take notice by themselves.',
    '',
    describeOptions(keyOptions),
  ].join('\n');
}

function algorithmOf(text: string): Algorithm {
  const known = algorithms.find((algorithm) => algorithm === text);
  if (known) return known;
  throw new UsageError(`--alg ${text}: ${algorithms.join(' or ')}.`);
}

function linesOf(all: readonly Shown[]): string[] {
  if (all.length === 0) return ['There are no keys yet: the net makes the first ones.'];
  return all.map(
    ({ kid, issuer, alg, notBefore, state }) =>
      `${issuer.padEnd(9)}  ${kid}  ${alg.padEnd(5)}  ${notBefore.toISOString()}  ${state}: ${meanings[state]}`,
  );
}
