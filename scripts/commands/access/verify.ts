/** `./onenet access verify`: proves an owner's chain and the gateways', and lays the two records side by side. */
import { readFile, writeFile } from 'node:fs/promises';
import { chainHead0, gatewayCode, nextHead } from '@onenet/feed';
import { UsageError } from '../../options.ts';
import { RegistryError, type RegistryAccess } from '../registry.ts';
import { ChainCheck, type ChainFault, type ChainPlace } from './chain.ts';
import { gatewayPage, readCalls, readOwner, type KnownPlaces } from './read.ts';
import { reconcile, type Reconciled } from './reconcile.ts';

export interface VerifyWish {
  readonly access: RegistryAccess;
  readonly platform: string;
  /** The owner's own address; empty: through the province. */
  readonly url: string;
  /** File that keeps how far was proved; empty: from the beginning. */
  readonly known: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly underWayMs: number;
}

/** What was found of one chain. */
interface ChainVerdict {
  readonly lines: number;
  readonly end: ChainPlace;
  readonly faults: readonly ChainFault[];
  /** What could not be proved, and why. */
  readonly note?: string;
}

export interface Verdict {
  readonly ok: boolean;
  readonly platform: string;
  readonly owner: ChainVerdict;
  /** Absent for a platform's token: everybody's requests are in it. */
  readonly gateways?: ChainVerdict;
  readonly sides: Reconciled;
  /** Requests that found no room on a gateway's disk, ever. */
  readonly dropped: number;
}

/** What the two sides' clocks, and the time of a request, may move a call over the ends of the span. */
const marginMs = 120_000;

export async function verify(wish: VerifyWish): Promise<Verdict> {
  const { access, platform, url, fromMs, toMs, underWayMs } = wish;
  const known = await readKnown(wish.known);
  // The net's first: what it has is at the owner already.
  const net = await readCalls(access, platform, fromMs - marginMs, toMs + marginMs);
  const source = { platform, access, url };
  const owner = await readOwner(source, known.owners[platform], fromMs - marginMs);
  const gateways = await readGateways(access, known.gateways);
  const sides = reconcile(owner.entries, net.calls, { ...net, fromMs, toMs, underWayMs });
  const chains = [verdictOf(owner.check), ...(gateways ? [gateways] : [])];
  const ok = sides.differences.length === 0 && chains.every(({ faults }) => faults.length === 0);
  if (ok && wish.known !== '') {
    const owners = { ...known.owners, [platform]: { anchor: owner.anchor, end: owner.check.end } };
    const kept: Known = { owners, gateways: gateways?.end ?? known.gateways };
    await writeFile(wish.known, `${JSON.stringify(kept, undefined, 2)}\n`);
  }
  return {
    ok,
    platform,
    owner: verdictOf(owner.check),
    ...(gateways && { gateways }),
    sides,
    dropped: net.dropped,
  };
}

/** For a terminal. */
export function verdictLines({ platform, owner, gateways, sides, dropped, ok }: Verdict): string[] {
  const { matched, pending, unanswered, byOthers, differences } = sides;
  const others = Object.entries(byOthers).map(([issuer, lines]) => `${lines} by ${issuer}`);
  return [
    ...chainLines(`${platform}'s own record`, owner),
    ...(gateways
      ? chainLines("the gateways' log", gateways)
      : ["the gateways' log: proved by the operator"]),
    `both sides: ${matched} calls agree`,
    ...(pending > 0
      ? [`  ${pending} lines of the owner are too new: under way, or waiting at a gateway`]
      : []),
    ...(unanswered > 0
      ? [`  ${unanswered} calls without an answer: the owner may have them or not`]
      : []),
    ...(others.length > 0 ? [`  the net's own calls: ${others.join(', ')}`] : []),
    ...(dropped > 0
      ? [`  ${dropped} requests found no room on a gateway's disk, and were not recorded`]
      : []),
    ...differences.map(({ kind, at, detail, leaf }) => `✗ ${kind} ${at} ${detail} (leaf ${leaf})`),
    ok ? 'All of it holds.' : 'It does not hold.',
  ];
}

function chainLines(what: string, { lines, end, faults, note }: ChainVerdict): string[] {
  return [
    `${faults.length === 0 ? '✓' : '✗'} ${what}: ${lines} lines read, to ${end.sequence} (${end.head})`,
    ...(note === undefined ? [] : [`  ${note}`]),
    ...faults.map(({ fault }) => `✗ ${what}: ${fault}`),
  ];
}

function verdictOf({ lines, end, faults }: ChainCheck): ChainVerdict {
  return { lines, end, faults };
}

/** The log as ClickHouse has it. */
async function readGateways(
  access: RegistryAccess,
  known: ChainPlace | undefined,
): Promise<ChainVerdict | undefined> {
  const next = (head: string, line: string): string => nextHead(head, Buffer.from(line, 'utf8'));
  try {
    // The known line itself comes along: whether it is still there, and the same, is the first question.
    let page = await gatewayPage(access, Math.max(0, (known?.sequence ?? 0) - 1));
    const [first] = page;
    const start = known ?? startOf(first);
    const check = new ChainCheck(start, next);
    if (first?.sequence === start.sequence && first.head !== start.head) {
      check.startsOtherwise(first.head);
    }
    if (!first && start.sequence > 0) {
      const fault = `the log ends before line ${start.sequence}, which was known`;
      check.faults.push({ sequence: start.sequence, fault });
    }
    while (page.length > 0) {
      for (const line of page) if (line.sequence > start.sequence) check.take(line);
      page = await gatewayPage(access, check.end.sequence);
    }
    const isFromTheMiddle = !known && start.sequence > 0;
    const note = { note: `it begins at line ${start.sequence}: older ones are not kept` };
    return { ...verdictOf(check), ...(isFromTheMiddle && note) };
  } catch (error) {
    if (error instanceof RegistryError && error.message.startsWith('NOT_ALLOWED')) return undefined;
    throw error;
  }
}

/** Where the first line is not the first of all, its own head is where the proof begins. */
function startOf(first: ChainPlace | undefined): ChainPlace {
  if (!first || first.sequence === 1) return { sequence: 0, head: chainHead0(gatewayCode) };
  return { sequence: first.sequence, head: first.head };
}

/** What the file of `--known` holds. */
interface Known {
  /** By platform. */
  readonly owners: Readonly<Record<string, KnownPlaces>>;
  readonly gateways?: ChainPlace | undefined;
}

async function readKnown(file: string): Promise<Known> {
  if (file === '') return { owners: {} };
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Known;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { owners: {} };
    throw new UsageError(`--known ${file} cannot be read: it is what a verify before wrote.`, {
      cause: error,
    });
  }
}
