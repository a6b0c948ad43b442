/** A few records to try a new platform with: generated ones of the reference net, under its own code. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { platformByCode } from '@onenet/platforms';
import type { NewPlatform } from './init-files.ts';

const program = join(import.meta.dirname, '../../subgraphs/platform/src/export/main.ts');
/** What is exported where the reference net does not know the code. */
const substitute = '422800';
/** Of requests, members and articles; organizations and stations are all there, for others name them. */
const mostOfAKind = 60;

interface Line {
  readonly record?: { readonly type: string; readonly of?: string };
  readonly event?: { readonly type: string };
}

/** The core's kinds are offered always; what is in neither list belongs to modules that the examples have not. */
const coreKinds: readonly string[] = ['Organization', 'Station', 'ServiceRequest', 'Opening'];
const moduleOf: Readonly<Record<string, string>> = {
  Member: 'members',
  JoinCode: 'members',
  Article: 'content',
  MediaChannel: 'content',
};

/** NDJSON: records, each followed by its events, and an end. */
export async function sampleRecords({ code, serves, modules }: NewPlatform): Promise<string> {
  const source = platformByCode(code) ? code : substitute;
  const args = [program, '--platform', source, '--scale', '0.0001'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    maxBuffer: 256 * 2 ** 20,
  });
  const offered = (kind: string): boolean =>
    coreKinds.includes(kind) || modules.some((each) => each === moduleOf[kind]);
  const counts = new Map<string, number>();
  const lines: string[] = [];
  let isTaken = false;
  for (const line of stdout.split('\n')) {
    if (line === '') continue;
    const { record, event } = JSON.parse(line) as Line;
    if (record) {
      const kind = record.of ?? record.type;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      const isNamed = kind === 'Organization' || kind === 'Station';
      isTaken = offered(kind) && (isNamed || count <= mostOfAKind);
    }
    if (isTaken && (record ?? event))
      lines.push(source === code ? line : moved(line, code, serves));
  }
  return [...lines, JSON.stringify({ end: lines.length }), ''].join('\n');
}

/** Another platform's line as one of ours: its ids are ours, and it lies where we are. */
function moved(line: string, code: string, [place = '']: readonly string[]): string {
  return line
    .replaceAll(`"${substitute}:`, `"${code}:`)
    .replaceAll(`"platformCode":"${substitute}"`, `"platformCode":"${code}"`)
    .replaceAll(/"(placeCode|place)":"\d+"/g, `"$1":"${place}"`);
}
