/** An export proves itself; whatever is changed in it, cut off or sealed anew does not. */
import { hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessHead0, nextAccessHead, openKeys, sealExport, type Keys } from '@onenet/assertion';
import { chainHead0, gatewayCode, nextHead } from '@onenet/feed';
import { expect, onTestFinished, test } from 'vitest';
import { keysIn, verifyFile } from './verify-file.ts';

interface Line {
  readonly sequence: number;
  readonly line: string;
  readonly before: string | null;
  readonly head: string;
}

const about = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', madeAt: 'then' };

async function someKeys(): Promise<Keys> {
  const dir = await mkdtemp(join(tmpdir(), 'onenet-export-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return await openKeys(dir, { issuer: 'province' });
}

function sealed(keys: Keys, of: object, lines: readonly Line[], more: object = {}): string {
  const said = { format: 'onenet-access-export/1', ...of, ...about };
  const body = [{ ...said, jwks: keys.publicJwks() }, ...lines]
    .map((each) => `${JSON.stringify(each)}\n`)
    .join('');
  const payload = { ...said, lines: lines.length, sha256: hash('sha256', body), ...more };
  return `${body}${JSON.stringify({ seal: sealExport(keys.current(), payload) })}\n`;
}

/** Lines 1 to 4 of a platform. */
function platformLines(): readonly Line[] {
  let head = accessHead0('420100');
  return ['a', 'b', 'c', 'd'].map((line, i) => {
    const before = head;
    head = nextAccessHead(head, line);
    return { sequence: i + 1, line, before, head };
  });
}

const verdict = (text: string, known?: Keys) =>
  verifyFile(Buffer.from(text), known && keysIn(known.publicJwks()));
const faultIn = (text: string, known?: Keys): string => {
  const found = verdict(text, known);
  return found.ok ? 'none' : found.fault;
};

test('whole, by its own key or by one that is known', async () => {
  const keys = await someKeys();
  const text = sealed(keys, { platform: '420100' }, platformLines());
  expect(verdict(text)).toMatchObject({ ok: true, lines: 4, isKnownKey: false });
  expect(verdict(text, keys)).toMatchObject({ ok: true, isKnownKey: true });
  // From the middle of the chain, and with nothing in it.
  expect(verdict(sealed(keys, { platform: '420100' }, platformLines().slice(2)))).toMatchObject({
    lines: 2,
  });
  expect(verdict(sealed(keys, { client: 'taxation' }, []))).toMatchObject({ ok: true, lines: 0 });
});

test('any byte that is changed, and anything that is cut off', async () => {
  const text = sealed(await someKeys(), { platform: '420100' }, platformLines());
  const bytes = Buffer.from(text);
  // Below the seal, where another signature would be another text.
  const end = text.lastIndexOf('\n', text.length - 2);
  for (let i = 0; i < end; i += 7) {
    const other = Buffer.from(bytes);
    other[i] = (other[i] ?? 0) ^ 1;
    expect([i, verifyFile(other, undefined).ok]).toEqual([i, false]);
  }
  const lines = text.split('\n').slice(0, -1);
  const joined = (some: readonly string[]): string => `${some.join('\n')}\n`;
  expect(faultIn(joined(lines.slice(0, -1)))).toContain('seal');
  expect(faultIn(joined(lines.toSpliced(2, 1)))).toContain('not what was sealed');
  expect(faultIn(text.slice(0, -1))).toContain('seal');
  expect(faultIn('')).toContain('seal');
});

test('what the net itself sealed and is no chain', async () => {
  const keys = await someKeys();
  const lines = platformLines();
  const of = (some: readonly Line[]): string => faultIn(sealed(keys, { platform: '420100' }, some));
  const at = (i: number, change: Partial<Line>): readonly Line[] =>
    lines.map((line, j) => (i === j ? { ...line, ...change } : line));
  expect(of(at(2, { line: 'x' }))).toBe('line 3 is not what its head seals');
  expect(of(lines.toSpliced(1, 1))).toBe('line 3 does not follow the line before it');
  expect(of(at(0, { before: accessHead0('420500') }))).toBe(
    'line 1 does not follow the line before it',
  );
  expect(of(lines.toReversed())).toBe('line 3 is not in order');
  expect(faultIn(sealed(keys, { platform: '420500' }, lines))).toContain('line 1');
  const said = { lines: 3 };
  expect(faultIn(sealed(keys, { platform: '420100' }, lines, said))).toContain('more or fewer');
  expect(faultIn(sealed(keys, { platform: '420100' }, lines, { to: 'x' }))).toContain('`to`');
});

test("a client's lines stand among others', each with the head before it", async () => {
  const keys = await someKeys();
  const start = chainHead0(gatewayCode);
  const first = { sequence: 4, line: 'a', before: start, head: nextHead(start, Buffer.from('a')) };
  const later = { sequence: 9, line: 'b', before: null, head: 'no longer provable' };
  const of = (some: readonly Line[]): string => faultIn(sealed(keys, { client: 'taxation' }, some));
  expect(of([first, later])).toBe('none');
  expect(of([{ ...first, line: 'b' }])).toBe('line 4 is not what its head seals');
  expect(of([{ ...first, before: 'none' }])).toBe('line 4 is not what its head seals');
  expect(of([later, first])).toBe('line 4 is not in order');
});

test("sealed by another, with his own key in it: who knows the net's is not taken in", async () => {
  const [net, other] = [await someKeys(), await someKeys()];
  const forged = sealed(other, { platform: '420100' }, platformLines());
  expect(verdict(forged)).toMatchObject({ ok: true, isKnownKey: false });
  expect(faultIn(forged, net)).toBe('the seal is by none of the known keys');
  const text = sealed(net, { platform: '420100' }, platformLines());
  const [, payload] = /"seal":"[\w-]+\.([\w-]+)\./.exec(text) ?? [];
  const none = Buffer.from('{"alg":"none","typ":"onenet-access-export+jwt"}').toString('base64url');
  expect(faultIn(text.replace(/"seal":"[^"]+"/, `"seal":"${none}.${payload}."`))).toContain('seal');
});
