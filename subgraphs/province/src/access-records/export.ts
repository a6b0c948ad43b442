/** An export that proves itself off line: lines with their heads, the keys, and the net's seal over all of it. docs/access-records.md says how to read it. */
import { createHash } from 'node:crypto';
import { accessHead0, sealExport } from '@onenet/assertion';
import type { AccessLine, Keys } from '@onenet/assertion';
import { netLines, type NetCalls } from './net-lines.ts';
import { ownerLines, type OwnerCalls } from './owner-lines.ts';

export const exportFormat = 'onenet-access-export/1';

/** Of which record, and from when to when. */
export interface ExportWish {
  readonly of: { readonly platform: string } | { readonly client: string };
  readonly from: Date;
  readonly to: Date;
}

export interface ExportParts {
  readonly owners: OwnerCalls;
  readonly net: NetCalls;
  readonly keys: Keys;
}

const pageLines = 2_000;

/** The file, line by line. Ends with the seal, or rejects: without it a file is none. */
export async function* exportLines(parts: ExportParts, wish: ExportWish): AsyncGenerator<string> {
  const { keys } = parts;
  const digest = createHash('sha256');
  const written = (value: object): string => {
    const text = `${JSON.stringify(value)}\n`;
    digest.update(text);
    return text;
  };
  const { of, from, to } = wish;
  const about = { ...of, from: from.toISOString(), to: to.toISOString() };
  const madeAt = new Date().toISOString();
  yield written({ format: exportFormat, ...about, madeAt, jwks: keys.publicJwks() });
  let lines = 0;
  const found =
    'platform' in of
      ? platformLines(parts, of.platform, wish)
      : clientLines(parts, of.client, wish);
  for await (const line of found) {
    lines++;
    yield written(line);
  }
  const sha256 = digest.digest('hex');
  const payload = { iss: keys.issuer, format: exportFormat, ...about, madeAt, lines, sha256 };
  yield `${JSON.stringify({ seal: sealExport(keys.current(), payload) })}\n`;
}

interface ProvableLine extends AccessLine {
  /** The head before it. */
  readonly before: string | null;
}

/** A line is written when its call is answered, and says when it came: a feed may be waited for a minute. */
const edgeMs = 120_000;

/** A piece of the platform's own chain with every line of the time, and the lines around its ends. */
async function* platformLines(
  { owners }: ExportParts,
  code: string,
  { from, to }: ExportWish,
): AsyncGenerator<ProvableLine> {
  const { last } = await ownerLines(owners, code, 0, 1);
  let after = await lastBefore(owners, code, last, from.getTime() - edgeMs);
  let before = await headAt(owners, code, after);
  while (after < last) {
    const { lines } = await ownerLines(owners, code, after, pageLines);
    for (const line of lines) {
      if (line.sequence > last || timeOf(line) >= to.getTime() + edgeMs) return;
      yield { ...line, before };
      before = line.head;
      after = line.sequence;
    }
    if (lines.length === 0) return;
  }
}

/** Lines are in the order of their times, but for what was under way together: found by halving. */
async function lastBefore(owners: OwnerCalls, code: string, last: number, fromMs: number) {
  let before = 0;
  let notBefore = last + 1;
  while (notBefore - before > 1) {
    const middle = Math.floor((before + notBefore) / 2);
    const [line] = (await ownerLines(owners, code, middle - 1, 1)).lines;
    if (line && timeOf(line) < fromMs) before = middle;
    else notBefore = middle;
  }
  return before;
}

async function headAt(owners: OwnerCalls, code: string, sequence: number): Promise<string> {
  if (sequence === 0) return accessHead0(code);
  const [line] = (await ownerLines(owners, code, sequence - 1, 1)).lines;
  return line?.head ?? '';
}

/** A client's lines of the gateways' log, each with the head before it: between them stand others'. */
async function* clientLines(
  { net }: ExportParts,
  client: string,
  { from, to }: ExportWish,
): AsyncGenerator<ProvableLine> {
  const query = { client, from: from.toISOString(), to: to.toISOString() };
  for (let after = 0; ;) {
    const page = { ...query, after: String(after), limit: String(pageLines) };
    const { body } = await netLines(net, 'lines', page);
    const lines = body.split('\n').slice(0, -1);
    for (const text of lines) {
      const line = JSON.parse(text) as ProvableLine;
      yield line;
      after = line.sequence;
    }
    if (lines.length < pageLines) return;
  }
}

/** A line that is none stands at its place in time as well as any. */
function timeOf({ line }: AccessLine): number {
  try {
    return Date.parse((JSON.parse(line) as { readonly at: string }).at);
  } catch {
    return Number.NaN;
  }
}
