/** Raw as Parquet: what there is to export, by platform and month, and the bytes of one file of it. */
import type { Readable } from 'node:stream';
import { NetError } from '@onenet/contract';
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';
import type { Positions } from '../ingest/positions.ts';

/** One platform's part: the lines up to a sequence, which change no more. */
export interface ExportedPlatform {
  readonly platform: string;
  readonly epoch: number;
  /** The first sequence that raw still has, and the last that is exported. */
  readonly first: number;
  readonly last: number;
  /** The chain's head at `last`. */
  readonly head: string;
  /** By month of the event's time in Asia/Shanghai, `2026-11`. */
  readonly months: readonly { readonly month: string; readonly lines: number }[];
}

const month = "formatDateTime(t.time, '%Y-%m', 'Asia/Shanghai')";

/** What can be exported now, of one platform or of all. */
export async function exportable(
  { clickhouse, positions }: { readonly clickhouse: ClickHouse; readonly positions: Positions },
  platform: string | undefined,
): Promise<ExportedPlatform[]> {
  const all = [...(await positions.all()).values()].filter(({ sequence }) => sequence > 0);
  const wanted = platform === undefined ? all : all.filter(({ _id }) => _id === platform);
  if (platform !== undefined && wanted.length === 0) {
    throw new NetError('NOT_FOUND', `Nothing of ${platform} is in: there is nothing to export.`);
  }
  const exported: ExportedPlatform[] = [];
  for (const { _id, epoch, sequence, head } of wanted) {
    const rows = await clickhouse.rows<{ month: string; lines: number; first: number }>(
      `SELECT ${month} AS month, count() AS lines, min(t.sequence) AS first
      FROM onenet.raw AS t WHERE ${linesOf(_id, epoch, sequence)} GROUP BY month ORDER BY month`,
    );
    exported.push({
      platform: _id,
      epoch,
      first: rows.reduce((least, row) => Math.min(least, row.first), sequence),
      last: sequence,
      head: head ?? '',
      months: rows.map((row) => ({ month: row.month, lines: row.lines })),
    });
  }
  return exported;
}

/**
 * The lines of one file, ordered by sequence. ClickHouse writes the Parquet. Of a rejected line neither its bytes nor
 * the type that it claims: nobody has checked them for a person.
 */
export async function exportedMonth(
  clickhouse: ClickHouse,
  file: Pick<ExportedPlatform, 'platform' | 'epoch' | 'last'> & { readonly month: string },
): Promise<Readable> {
  return await clickhouse.bytes(
    `SELECT * EXCEPT (line) REPLACE (if(t.rejected = '', t.type, '') AS type) FROM onenet.raw AS t
    WHERE ${linesOf(file.platform, file.epoch, file.last)} AND ${month} = ${quote(file.month)}
    ORDER BY t.sequence SETTINGS output_format_parquet_compression_method = 'zstd' FORMAT Parquet`,
  );
}

function linesOf(platform: string, epoch: number, last: number): string {
  return `t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.sequence <= ${last}`;
}
