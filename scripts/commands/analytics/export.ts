/** `./onenet analytics export <folder>`: raw as Parquet by platform and month, and a manifest that is written last. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { folderAndOptions, isEmpty } from '../../backup/place.ts';
import { UsageError } from '../../options.ts';
import { step } from '../../progress.ts';
import { RegistryError } from '../registry.ts';
import { helpOption, runCommand } from '../run.ts';
import { analyticsOption, bytesOf, operate } from './operate.ts';

/** `ExportedPlatform` of analytics/src/operation/export.ts. */
interface Platform {
  readonly platform: string;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly head: string;
  readonly months: readonly { readonly month: string; readonly lines: number }[];
}

/** `onenet-export.json`. */
interface ExportManifest {
  readonly format: 1;
  readonly table: 'raw';
  readonly madeAt: string;
  /** Of each platform the lines `first` to `last`, and the chain's head at `last`. */
  readonly platforms: readonly (Omit<Platform, 'months'> & { readonly files: readonly File[] })[];
}

interface File {
  /** Below the folder. */
  readonly file: string;
  /** Of the events' time, in Asia/Shanghai. */
  readonly month: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

const options = {
  platform: { kind: 'text', default: '', help: 'one platform alone: its code' },
  from: { kind: 'text', default: '', help: 'the first month, such as 2026-01' },
  to: { kind: 'text', default: '', help: 'the last month' },
  ...analyticsOption,
  help: helpOption,
} as const;

/** Resolves with the exit code. */
export async function exportRaw(args: readonly string[], usage: string): Promise<number> {
  const [folder, given] = folderAndOptions(args);
  const text = usage.replace('[options]', '<folder> [options]');
  return await runCommand(options, given, text, async ({ analytics, platform, from, to }) => {
    if (folder === '') throw new UsageError('The folder comes first: see --help.');
    for (const [name, month] of Object.entries({ from, to })) {
      if (month !== '' && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
        throw new UsageError(`--${name} ${month} is no month, such as 2026-01.`);
      }
    }
    if (!(await isEmpty(folder))) {
      throw new UsageError(`${folder} is not empty: name a new folder, one for each export.`);
    }
    const madeAt = new Date().toISOString();
    const asked = platform === '' ? {} : { platform };
    const exportable = (await operate(analytics, 'export', asked)) as readonly Platform[];
    const platforms: ExportManifest['platforms'][number][] = [];
    for (const { months, ...of } of exportable) {
      const files: File[] = [];
      for (const { month, lines } of months.filter((each) => isWithin(each.month, from, to))) {
        const file = `${of.platform}/${month}.parquet`;
        await mkdir(join(folder, of.platform), { recursive: true });
        const { platform: code, epoch, last } = of;
        const body = await bytesOf(analytics, 'export/month', {
          platform: code,
          month,
          epoch: String(epoch),
          last: String(last),
        });
        const written = await step(
          (line) => console.log(line),
          file,
          () => write(body, join(folder, file)),
        );
        files.push({ file, month, lines, ...written });
      }
      platforms.push({ ...of, files });
    }
    await refuseMoved(analytics, asked, platforms);
    const manifest: ExportManifest = { format: 1, table: 'raw', madeAt, platforms };
    await writeFile(join(folder, 'onenet-export.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const files = platforms.flatMap((each) => each.files);
    const lines = files.reduce((sum, file) => sum + file.lines, 0);
    console.log(
      `${folder}: ${files.length} files, ${lines} lines of ${platforms.length} platforms.`,
    );
    return 0;
  });
}

function isWithin(month: string, from: string, to: string): boolean {
  return (from === '' || month >= from) && (to === '' || month <= to);
}

/** Hashes what is written as it goes by. */
async function write(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  file: string,
): Promise<Pick<File, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  const hashed = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  await pipeline(body, hashed, createWriteStream(file, { flush: true }));
  return { bytes, sha256: hash.digest('hex') };
}

/** An epoch that was replaced meanwhile may have lost rows under the export: better none than one that lacks some. */
async function refuseMoved(
  analytics: string,
  asked: Readonly<Record<string, string>>,
  platforms: ExportManifest['platforms'],
): Promise<void> {
  const now = (await operate(analytics, 'export', asked)) as readonly Platform[];
  const epochs = new Map(now.map(({ platform, epoch }) => [platform, epoch]));
  const moved = platforms.filter(({ platform, epoch }) => epochs.get(platform) !== epoch);
  if (moved.length === 0) return;
  const codes = moved.map(({ platform }) => platform).join(', ');
  throw new RegistryError(
    `The log of ${codes} was taken up anew meanwhile: the export is not whole. Remove the folder, and export again.`,
  );
}
