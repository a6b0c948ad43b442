/** Reads both records, page by page, through the province; or an owner's own, on its machine. */
import { nextAccessHead, accessHead0 } from '@onenet/assertion';
import { UsageError } from '../../options.ts';
import { readProvince, RegistryError, type RegistryAccess } from '../registry.ts';
import { ChainCheck, type ChainLine, type ChainPlace } from './chain.ts';
import type { NetCall, OwnerEntry } from './reconcile.ts';

/** A record that was read and checked. */
export interface Checked {
  readonly check: ChainCheck;
  readonly entries: readonly OwnerEntry[];
  /** The last line before the time from which lines are kept: where a later reading of it may begin. */
  readonly anchor: ChainPlace;
}

/** What an earlier reading proved. */
export interface KnownPlaces {
  /** Where reading begins. */
  readonly anchor: ChainPlace;
  /** How far it was proved. */
  readonly end: ChainPlace;
}

/** Where an owner's record is read. */
export interface OwnerSource {
  readonly platform: string;
  readonly access: RegistryAccess;
  /** Base URL of the owner itself; empty: the province asks it. */
  readonly url: string;
}

/** Reads the owner's record from a known place to its end, and keeps the lines from a time on. */
export async function readOwner(
  source: OwnerSource,
  known: KnownPlaces | undefined,
  fromMs: number,
): Promise<Checked> {
  const start = known?.anchor ?? { sequence: 0, head: accessHead0(source.platform) };
  const end = known?.end ?? start;
  const check = new ChainCheck(start, nextAccessHead);
  const entries: OwnerEntry[] = [];
  let anchor: ChainPlace = start;
  // The known line itself comes along: whether it is still there, and the same, is the first question.
  let after = Math.max(0, start.sequence - 1);
  let last: number | undefined;
  while (last === undefined || after < last) {
    const page = await ownerPage(source, after);
    const { lines } = page;
    last ??= page.end;
    for (const line of lines) {
      after = line.sequence;
      if (line.sequence > last) break;
      if (line.sequence === start.sequence) {
        if (line.head !== start.head) check.startsOtherwise(line.head);
        continue;
      }
      check.take(line);
      if (line.sequence === end.sequence) check.passes(end);
      const entry = entryIn(line);
      // A line whose time cannot be read is looked at: it is not what the guard wrote.
      if (!(Date.parse(entry.at) < fromMs)) entries.push(entry);
      else if (entries.length === 0) anchor = { sequence: line.sequence, head: line.head };
    }
    if (lines.length === 0) break;
  }
  if (end.sequence > (last ?? 0)) {
    const fault = `the record ends at line ${last ?? 0}, and ${end.sequence} lines were known`;
    check.faults.push({ sequence: end.sequence, fault });
  }
  return { check, entries, anchor };
}

async function ownerPage(
  { platform, access, url }: OwnerSource,
  after: number,
): Promise<{ readonly lines: readonly ChainLine[]; readonly end: number }> {
  const query = `after=${after}&limit=2000`;
  const response =
    url === ''
      ? await readProvince(access, `access/records/${platform}?${query}`)
      : await fetch(new URL(`access?${query}`, url.endsWith('/') ? url : `${url}/`)).catch(() => {
          throw new UsageError(`--url ${url} does not answer.`);
        });
  const end = Number(response.headers.get('onenet-last-sequence'));
  if (!response.ok || !Number.isSafeInteger(end)) {
    throw new RegistryError(`${url} answers ${response.status} at /access.`);
  }
  return { lines: await linesOf<ChainLine>(response), end };
}

/** A line that is none has nothing in it, and so fits nowhere. */
function entryIn({ sequence, line }: ChainLine): OwnerEntry {
  const nothing = { at: '', issuer: 'gateway', consumer: '', leaf: `line ${sequence}`, status: 0 };
  try {
    return { ...nothing, ...(JSON.parse(line) as OwnerEntry), sequence };
  } catch {
    return { ...nothing, sequence };
  }
}

/** What the net recorded, and how far that goes. */
export interface NetCalls {
  readonly calls: readonly NetCall[];
  readonly deliveredToMs: number | undefined;
  readonly sinceMs: number;
  readonly dropped: number;
}

const pageLines = 5_000;

export async function readCalls(
  access: RegistryAccess,
  platform: string,
  fromMs: number,
  toMs: number,
): Promise<NetCalls> {
  const calls: NetCall[] = [];
  const window = `from=${iso(fromMs)}&to=${iso(toMs)}&limit=${pageLines}`;
  for (let after = 0; ;) {
    const path = `access/calls/${platform}?${window}&after=${after}`;
    const response = await readProvince(access, path);
    const page = await linesOf<NetCall>(response);
    calls.push(...page);
    after = page.at(-1)?.sequence ?? after;
    // A request may be several calls, so a page may have more lines than requests; fewer it has at the end only.
    if (page.length < pageLines) {
      const { headers } = response;
      const deliveredTo = headers.get('onenet-delivered-to') ?? '';
      const since = headers.get('onenet-since') ?? '';
      return {
        calls,
        deliveredToMs: deliveredTo === '' ? undefined : Date.parse(deliveredTo),
        sinceMs: since === '' ? Date.now() : Date.parse(since),
        dropped: Number(headers.get('onenet-dropped') ?? 0),
      };
    }
  }
}

/** Lines of the gateways' log after a sequence: the first page of them. */
export async function gatewayPage(
  access: RegistryAccess,
  after: number,
): Promise<readonly ChainLine[]> {
  return await linesOf(
    await readProvince(access, `access/lines?after=${after}&limit=${pageLines}`),
  );
}

async function linesOf<Line>(response: Response): Promise<readonly Line[]> {
  const text = await response.text();
  return text
    .split('\n')
    .slice(0, -1)
    .map((each) => JSON.parse(each) as Line);
}

function iso(ms: number): string {
  return encodeURIComponent(new Date(ms).toISOString());
}
