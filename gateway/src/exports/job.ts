/** An export as a job: where it stands. Of its rows it has none, nor anything by which they are found. */
import type { Caller } from '@onenet/contract';
import type { Absence, PartialPage } from '../context.ts';

/**
 * READY: nobody reads it now; it is read from where the client stands. RUNNING: a stream gives its rows.
 * DONE: the last row was given. FAILED: as it is it cannot be carried out (any more); `errors` say why.
 */
export type JobState = 'READY' | 'RUNNING' | 'DONE' | 'FAILED';

/** How rows are written. */
export const exportFormats = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** How complete the rows are that were given so far. */
export interface Completeness {
  readonly asked: number;
  /** Absent for good, also those who were so on one page alone. */
  readonly notAsked: readonly Absence[];
  /** Who failed, and still owes its rows. */
  readonly missing: readonly Absence[];
  /** Fields that owners left out of their rows; without a path: rows of an owner that was asked for some pages alone. */
  readonly partial: readonly PartialPage[];
}

/** Why something is null in rows that were given. */
export interface RowError {
  readonly code: string;
  /** From the answer's data, `@` for every index. */
  readonly path: string;
}

/** What changes while rows are given. */
export interface Progress {
  readonly rows: number;
  /** Of all owners, when the first page was asked; null where it is not known. */
  readonly total: number | null;
  readonly completeness: Completeness | null;
  readonly errors: readonly RowError[];
}

/** What a client says of an export when it makes one. */
export interface ExportOrder {
  /** The operation's name. */
  readonly operation: string | null;
  /** `name@version` of a registered one. */
  readonly document: string | null;
  readonly format: ExportFormat;
  readonly purpose: string | null;
  readonly person: string | null;
}

export interface Job extends ExportOrder, Progress {
  readonly id: string;
  readonly state: JobState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}

/** Nothing was given yet. */
export const noProgress: Progress = { rows: 0, total: null, completeness: null, errors: [] };

/** Whose exports a caller's are: a client's, a person's, or this machine's. */
export function ownerOf({ client, person, roles }: Caller): string {
  if (roles.includes('consumer')) return `client:${client}`;
  return person === null ? `machine:${client}` : `person:${person}`;
}
