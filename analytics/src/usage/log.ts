/** The gateways' log as ClickHouse has it: how far, which rows count, and where a batch ended. There is no second store that could say otherwise. */
import { chainHead0, gatewayCode, isAccess, nextHead } from '@onenet/feed';
import type { FeedBatch, FeedLine, GatewayEvent, UsageEvent } from '@onenet/feed';
import { accessColumns, accessRow } from '../access/row.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { quote, sqlTime } from '../clickhouse.ts';
import { usageColumns, usageRow } from './row.ts';
import { shapeRows } from './shape.ts';

/** How far the log is in. */
export interface UsagePosition {
  readonly epoch: number;
  readonly sequence: number;
  /** The chain's head at `sequence`; empty at 0. */
  readonly head: string;
  /** When `sequence` was numbered, UTC ms; 0 at 0. */
  readonly recordedMs: number;
}

/** Where an epoch begins. */
type EpochStart = Pick<UsagePosition, 'epoch' | 'head' | 'recordedMs'> & { readonly after: number };

const firstEpoch: EpochStart = { epoch: 1, after: 0, head: '', recordedMs: 0 };

/** Sets of coordinates that are remembered as written. */
const mostShapes = 10_000;

export class UsageLog {
  readonly #clickhouse: ClickHouse;
  /** What this process wrote: an insert for each batch would cost as much as the batch. */
  readonly #shapes = new Set<string>();
  #starts: readonly EpochStart[] = [firstEpoch];

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  /** Reads how far the log is in; after any failure it is asked again before the next insert. */
  async position(): Promise<UsagePosition> {
    this.#shapes.clear();
    const later = await this.#clickhouse.rows<EpochStart>(
      `SELECT epoch, after, head, toUnixTimestamp64Milli(recorded) AS recordedMs
      FROM onenet.usage_epochs FINAL ORDER BY epoch`,
    );
    this.#starts = [firstEpoch, ...later];
    const last = (await this.ends('DESC LIMIT 1')).at(0);
    const { epoch, after, head, recordedMs } = this.#starts.at(-1) ?? firstEpoch;
    const start = { epoch, sequence: after, head, recordedMs };
    return last !== undefined && last.sequence > after ? { ...last, epoch } : start;
  }

  /** SQL: the rows that are in the log as it is now, rejected ones too. */
  get rows(): string {
    const epochs = this.#starts.map(({ epoch }, index) => {
      const until = Math.min(...this.#starts.slice(index + 1).map(({ after }) => after));
      const bound = until === Infinity ? '' : ` AND sequence <= ${until}`;
      return `(epoch = ${epoch}${bound})`;
    });
    return `(${epochs.join(' OR ')})`;
  }

  /** Where batches ended, by sequence. Before there was onenet.access, rows of uses said so. */
  async ends(order: 'ASC' | 'DESC LIMIT 1'): Promise<readonly UsagePosition[]> {
    const columns = 'epoch, sequence, head, toUnixTimestamp64Milli(recorded) AS recordedMs';
    return await this.#clickhouse.rows<UsagePosition>(
      `SELECT * FROM (
        SELECT ${columns} FROM onenet.access FINAL WHERE ${this.rows} AND batch_end
        UNION ALL
        SELECT ${columns} FROM onenet.usage FINAL WHERE ${this.rows} AND head != ''
      ) ORDER BY sequence ${order}`,
    );
  }

  /** Lines that count nowhere. */
  async rejected(): Promise<number> {
    const [row] = await this.#clickhouse.rows<{ lines: number }>(
      `SELECT count() AS lines FROM onenet.usage FINAL WHERE ${this.rows} AND rejected != ''`,
    );
    return row?.lines ?? 0;
  }

  /**
   * Each insert is one block and one part: there as a whole, or not at all. The last one says that the
   * batch is in; whatever fails before it comes again, and its rows replace themselves.
   */
  async append(start: UsagePosition, batch: FeedBatch<GatewayEvent>): Promise<UsagePosition> {
    const { epoch } = start;
    const { lines, last, head } = batch;
    let { recordedMs } = start;
    let lineHead = start.head === '' ? chainHead0(gatewayCode) : start.head;
    const uses: string[] = [];
    const accesses: string[] = [];
    for (const line of lines) {
      if (line.kind === 'event') recordedMs = Date.parse(line.event.recordedtime);
      lineHead = nextHead(lineHead, line.bytes);
      const isBatchEnd = line.sequence === last;
      accesses.push(accessRow(line, { epoch, head: lineHead, isBatchEnd, recordedMs }));
      if (isOfUsage(line)) uses.push(usageRow(line, { epoch, recordedMs }));
    }
    // First, so that no row names a set that is not there; twice is once.
    await this.#writeShapes(shapeRows(lines).filter((row) => !this.#shapes.has(row)));
    if (uses.length > 0) await this.#insert(`usage (${usageColumns.join(', ')})`, uses);
    await this.#insert(`access (${accessColumns.join(', ')})`, accesses);
    return { epoch, sequence: last, head, recordedMs };
  }

  async #writeShapes(rows: readonly string[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#insert('usage_shapes (shape, coordinates)', rows);
    if (this.#shapes.size > mostShapes) this.#shapes.clear();
    for (const row of rows) this.#shapes.add(row);
  }

  async #insert(table: string, rows: readonly string[]): Promise<void> {
    await this.#clickhouse.run(
      `INSERT INTO onenet.${table}
      SETTINGS async_insert = 0, input_format_parallel_parsing = 0, max_insert_threads = 1,
        insert_deduplicate = 0, date_time_input_format = 'basic'
      FORMAT JSONCompactEachRow\n${rows.join('\n')}\n`,
    );
  }

  /** From now on the log goes on behind `end`; what we have beyond that counts no more. */
  async startEpoch(end: UsagePosition | undefined): Promise<void> {
    const epoch = (this.#starts.at(-1)?.epoch ?? 0) + 1;
    const { sequence, head, recordedMs } = end ?? { sequence: 0, head: '', recordedMs: 0 };
    await this.#clickhouse.run(
      `INSERT INTO onenet.usage_epochs SETTINGS async_insert = 0, insert_deduplicate = 0
      VALUES (${epoch}, ${sequence}, ${quote(head)}, '${sqlTime(recordedMs)}')`,
    );
  }
}

/** Uses, and what is nothing: that is counted there. */
function isOfUsage(line: FeedLine<GatewayEvent>): line is FeedLine<UsageEvent> {
  return line.kind === 'rejected' || !isAccess(line.event);
}
