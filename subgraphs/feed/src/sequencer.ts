/** Gives the number after the commit: moves entries from the outbox, in order, to the end of the log. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { chainHead0, nextHead } from './chain.ts';
import type { OutboxEntry } from './entry.ts';
import { claimFirsts } from './firsts.ts';
import type { FirstsOptions } from './firsts.ts';
import type { Vocabulary } from './event.ts';
import { entryFault, lineOf } from './line.ts';
import type { FeedStore, LogLine, LogPosition, LogTotals } from './store.ts';
import { totalsAt, totalsWith } from './totals.ts';

export interface SequencerOptions {
  readonly code: string;
  readonly vocabulary: Vocabulary;
  readonly firsts: FirstsOptions;
  /** Told after lines are in the log for good. */
  readonly onAppended: () => void;
}

/** `busy`: another sequencer holds the lease. */
export type PassOutcome = 'drained' | 'busy';

/** Entries a batch: one insert each into claims and log. */
const batchSize = 1_000;
/** A lease only keeps two sequencers from wasting work: what they write is safe without it. */
const leaseMs = 5_000;
const conflictPauseMs = 5;
/** Whoever reads the totals adds up what was numbered since they were saved: never many more lines than this. */
const saveTotalsEvery = 1_000;

export class Sequencer {
  readonly #store: FeedStore;
  readonly #options: SequencerOptions;
  readonly #holder = randomUUID();
  /** Totals at the end of the log as this sequencer left it. */
  #totals: LogTotals | undefined;
  /** Up to here they are saved. */
  #savedThrough = 0;
  /** Up to here every entry that is in the log is known to be out of the outbox. */
  #clearedTo: string | undefined;

  constructor(store: FeedStore, options: SequencerOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Numbers all that was committed when the pass began. Only one pass at a time. */
  async pass(signal: AbortSignal): Promise<PassOutcome> {
    let readAt = new Date();
    let entries = await this.#store.outbox(batchSize);
    // An idle feed costs one read, and no lease.
    if (entries.length === 0) return 'drained';
    if (!(await this.#store.takeLease(this.#holder, leaseMs))) return 'busy';
    let completeTo: Date | undefined;
    try {
      while (!signal.aborted) {
        const numbered = entries.length === 0 || (await this.#number(entries));
        if (!numbered) await delay(conflictPauseMs);
        if (numbered && entries.length < batchSize) {
          completeTo = readAt;
          break;
        }
        if (!(await this.#store.takeLease(this.#holder, leaseMs))) return 'busy';
        readAt = new Date();
        entries = await this.#store.outbox(batchSize);
      }
    } catch (error) {
      // What was written is not known: the next pass looks.
      this.#clearedTo = undefined;
      throw error;
    } finally {
      await this.#store.endLease(this.#holder, completeTo);
    }
    return 'drained';
  }

  /** One batch; false when another sequencer was in the way and the batch must be read again. */
  async #number(found: readonly OutboxEntry[]): Promise<boolean> {
    // Read anew each time: the database may have been restored beneath this process.
    const end = (await this.#store.lastPosition()) ?? this.#beginning();
    const waiting = await this.#withoutLogged(found, end);
    const entries = await this.#withoutFaults(waiting);
    if (entries.length === 0) return true;

    const now = new Date();
    const firsts = await claimFirsts(this.#store, entries, now, this.#options.firsts);
    // Never falls, even when the clock does.
    const recordedTime = new Date(Math.max(now.getTime(), end.recordedTime?.getTime() ?? 0));
    let { sequence, head } = end;
    const lines = entries.map((entry): LogLine => {
      sequence += 1;
      const { code, vocabulary } = this.#options;
      const place = { code, sequence, recordedTime, vocabulary };
      const bytes = lineOf(entry, place, firsts.get(entry._id));
      head = nextHead(head, bytes);
      const count = entry.data.count ?? 1;
      return { sequence, entryId: entry._id, type: entry.type, count, recordedTime, bytes, head };
    });

    if (!(await this.#store.append(lines))) {
      this.#clearedTo = undefined;
      return false;
    }
    const totals = this.#addTotals(end, lines);
    await this.#store.removeFromOutbox(entries.map(({ _id }) => _id));
    this.#clearedTo = head;
    // Told after the outbox is cleared: an answer must not count these lines as pending.
    this.#options.onAppended();
    await totals;
    return true;
  }

  /** After a crash or a conflict, entries may wait that the log already has. */
  async #withoutLogged(
    entries: readonly OutboxEntry[],
    end: LogPosition,
  ): Promise<readonly OutboxEntry[]> {
    if (end.head === this.#clearedTo) return entries;
    const logged = await this.#store.logged(entries.map(({ _id }) => _id));
    if (logged.size > 0) await this.#store.removeFromOutbox([...logged]);
    return entries.filter(({ _id }) => !logged.has(_id));
  }

  /** What is no event stands aside, counted and shown, and holds nobody up. */
  async #withoutFaults(entries: readonly OutboxEntry[]): Promise<readonly OutboxEntry[]> {
    const { vocabulary } = this.#options;
    const checked = entries.map((entry) => ({ entry, fault: entryFault(entry, vocabulary) }));
    const refusals = checked.flatMap(({ entry, fault }) => (fault ? [{ entry, fault }] : []));
    if (refusals.length > 0) await this.#store.quarantine(refusals);
    return checked.filter(({ fault }) => fault === undefined).map(({ entry }) => entry);
  }

  async #addTotals(end: LogPosition, lines: readonly LogLine[]): Promise<void> {
    const isKnown = this.#totals?.head === end.head;
    const before = isKnown && this.#totals ? this.#totals : await totalsAt(this.#store, end);
    const totals = totalsWith(before, lines);
    this.#totals = totals;
    if (isKnown && totals.through - this.#savedThrough < saveTotalsEvery) return;
    await this.#store.saveTotals(totals);
    this.#savedThrough = totals.through;
  }

  #beginning(): LogPosition {
    return { sequence: 0, head: chainHead0(this.#options.code), recordedTime: undefined };
  }
}
