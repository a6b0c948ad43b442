/** `./onenet access verify-file`: an export, proved with nothing but itself, and the net's public keys if they are known. */
import { hash } from 'node:crypto';
import { accessHead0, nextAccessHead, openSeal, publicKeyOf } from '@onenet/assertion';
import type { PublicJwk } from '@onenet/assertion';
import { nextHead } from '@onenet/feed';

/** What an export proves, or the first thing that is wrong with it. */
export type FileVerdict =
  | {
      readonly ok: true;
      readonly about: Readonly<Record<string, unknown>>;
      readonly lines: number;
      readonly kid: string;
      /** Whether the key that sealed it is one of those that were known; else the file vouches for itself. */
      readonly isKnownKey: boolean;
    }
  | { readonly ok: false; readonly fault: string };

interface FileLine {
  readonly sequence: number;
  readonly line: string;
  readonly before: string | null;
  readonly head: string;
}

const format = 'onenet-access-export/1';

/** `known`: the net's public keys, from elsewhere than the file. */
export function verifyFile(bytes: Buffer, known: readonly PublicJwk[] | undefined): FileVerdict {
  const wrong = (fault: string): FileVerdict => ({ ok: false, fault });
  const end = bytes.lastIndexOf('\n', -2) + 1;
  if (bytes.at(-1) !== 0x0a || end === 0)
    return wrong('it does not end with a seal: it is not whole');
  const sealed = bytes.subarray(0, end);
  const texts = sealed.toString('utf8').split('\n').slice(0, -1);
  const [first, ...rest] = texts.map(parsed);
  const { seal } = parsed(bytes.subarray(end).toString('utf8'));
  if (first?.['format'] !== format) return wrong(`its first line is no header of ${format}`);
  if (typeof seal !== 'string') return wrong('it does not end with a seal: it is not whole');

  const own = keysIn(first['jwks']);
  const opened = openSeal(seal, known ?? own);
  if (!opened) {
    return wrong(
      known ? 'the seal is by none of the known keys' : 'the seal is by none of its keys',
    );
  }
  const { payload, kid } = opened;
  if (payload['sha256'] !== hash('sha256', sealed))
    return wrong('something in it is not what was sealed');
  const names = ['format', 'platform', 'client', 'from', 'to', 'madeAt'];
  const other = names.find((name) => payload[name] !== first[name]);
  if (other !== undefined) return wrong(`its header says another \`${other}\` than its seal`);
  if (payload['lines'] !== rest.length)
    return wrong('it has more or fewer lines than its seal says');
  const fault = faultOf(rest as readonly unknown[] as readonly FileLine[], payload);
  if (fault !== undefined) return wrong(fault);
  const about = Object.fromEntries(names.slice(1).map((name) => [name, payload[name]]));
  return { ok: true, about, lines: rest.length, kid, isKnownKey: known !== undefined };
}

/** Each line leads from the head before it to its own; a platform's lines follow one another. */
function faultOf(lines: readonly FileLine[], payload: Readonly<Record<string, unknown>>) {
  const { platform } = payload;
  const isPlatform = typeof platform === 'string';
  let previous: FileLine | undefined;
  for (const each of lines) {
    const { sequence, line, before, head } = each;
    const what = `line ${sequence}`;
    if (!Number.isSafeInteger(sequence) || typeof line !== 'string' || typeof head !== 'string') {
      return 'it has a line that is none';
    }
    if (previous && sequence <= previous.sequence) return `${what} is not in order`;
    if (isPlatform) {
      const expected = previous?.head ?? (sequence === 1 ? accessHead0(platform) : before);
      if (before !== expected) return `${what} does not follow the line before it`;
      if (previous && sequence !== previous.sequence + 1)
        return `${what} does not follow ${previous.sequence}`;
    }
    if (before !== null && headAfter(isPlatform, before, line) !== head) {
      return `${what} is not what its head seals`;
    }
    previous = each;
  }
  return undefined;
}

/** A head that is none seals nothing. */
function headAfter(isPlatform: boolean, before: string, line: string): string | undefined {
  if (isPlatform) return nextAccessHead(before, line);
  try {
    return nextHead(before, Buffer.from(line, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The keys of a JWK set that can be read. */
export function keysIn(jwks: unknown): readonly PublicJwk[] {
  const { keys } = (typeof jwks === 'object' && jwks !== null ? jwks : {}) as { keys?: unknown };
  if (!Array.isArray(keys)) return [];
  return (keys as readonly PublicJwk[]).filter((key) => {
    try {
      publicKeyOf(key);
      return true;
    } catch {
      return false;
    }
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
