/** What an operation reads, as the database's profiler saw it: how, and to be read again by the bare driver. */
import type { Db, Document } from 'mongodb';

/** A command that was sent, e.g. `{ find: 'members', filter: …, sort: … }`. */
export type Read = Document;

export interface Profile {
  readonly reads: readonly Read[];
  /** Index keys examined for each row that was returned, at the worst; counts return none. */
  readonly keysPerRow: number;
  /** Documents examined for each row that was returned, at the worst. */
  readonly docsPerRow: number;
  /** Reads without an index, or sorted in memory. */
  readonly faults: readonly string[];
}

interface ProfileEntry {
  readonly op: string;
  readonly command: Document;
  readonly keysExamined?: number;
  readonly docsExamined?: number;
  readonly nreturned?: number;
  readonly planSummary?: string;
  readonly hasSortStage?: boolean;
}

/** Runs `work` under the profiler, which tells of every read in this database. */
export async function profiled(db: Db, work: () => Promise<unknown>): Promise<Profile> {
  await db.command({ profile: 0 });
  await db.collection('system.profile').drop();
  await db.command({ profile: 2 });
  try {
    await work();
  } finally {
    await db.command({ profile: 0 });
  }
  const entries = await db
    .collection('system.profile')
    .find({ op: { $in: ['query', 'command'] }, ns: { $not: /\.(feed_|settings|outbox|system)/ } })
    .toArray();
  return readsIn((entries as unknown as ProfileEntry[]).filter(({ command }) => isRead(command)));
}

function isRead(command: Document): boolean {
  return 'find' in command || 'count' in command || 'aggregate' in command;
}

function readsIn(entries: readonly ProfileEntry[]): Profile {
  const finds = entries.filter(({ command }) => 'find' in command);
  const perRow = (of: 'keysExamined' | 'docsExamined') =>
    Math.max(0, ...finds.map((each) => (each[of] ?? 0) / Math.max(1, each.nreturned ?? 0)));
  return {
    reads: entries.map(({ command }) => command),
    keysPerRow: perRow('keysExamined'),
    docsPerRow: perRow('docsExamined'),
    faults: entries.flatMap(({ command, planSummary = '', hasSortStage = false }) => [
      ...(planSummary.includes('COLLSCAN') ? [`COLLSCAN: ${shortened(command)}`] : []),
      ...(hasSortStage ? [`sorted in memory: ${shortened(command)}`] : []),
    ]),
  };
}

function shortened(command: Document): string {
  return JSON.stringify(command).slice(0, 300);
}

/** The same read by the bare driver. */
export async function readAgain(db: Db, read: Read): Promise<unknown> {
  if ('find' in read) {
    const { find, filter = {}, projection, sort, limit, hint, min, max, batchSize } = read;
    const options = { projection, sort, limit, hint, min, max, batchSize };
    return await db
      .collection(String(find))
      .find(filter as Document, present(options))
      .toArray();
  }
  if ('count' in read) {
    const { count, query, hint } = read;
    return await db.command(present({ count, query, hint }));
  }
  const pipeline = read['pipeline'] as Document[];
  const of = read['aggregate'];
  return await (typeof of === 'string' ? db.collection(of) : db).aggregate(pipeline).toArray();
}

/** Without what was not sent. */
function present(options: Document): Document {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
