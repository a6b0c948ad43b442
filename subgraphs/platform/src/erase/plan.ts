/** What of a collection is a person's: how its records are found, and what is left of them. Each module says it of its own. */
import type { Document } from 'mongodb';
import type { Transaction } from '../command.ts';

export interface ErasurePlan {
  /** The field with the reference by which this platform knows the person. */
  readonly person?: string;
  /** The field with the person's identity number. */
  readonly identityNumber?: string;
  /** The field with the id of a record that is erased too, such as a card's member. */
  readonly of?: string;
  /** The statuses in which nothing is under way any more; in any other a record must be ended first, by its own steps, which count it. Absent: there are none. */
  readonly ended?: readonly string[];
  /** The fields that are left, as a `$set` of an aggregation. What is not personal stays: figures rest on it. */
  readonly left: Readonly<Document>;
  readonly gone?: readonly string[];
}

/** Whom it is about, all that is known of them here. */
export interface Erased {
  readonly references: ReadonlySet<string>;
  readonly records: ReadonlySet<string>;
}

/** What a module keeps of people beside its records. */
export type EraseMore = (transaction: Transaction, whom: Erased) => Promise<void>;

/** Stands where a text must be. */
export const erasedText = '（已删除）';

/** The references that stand behind records' ids, as in `<record id> <reference>`. */
export function behindIds(references: ReadonlySet<string>): RegExp {
  const escaped = [...references].map((each) => each.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(` (?:${escaped.join('|')})$`);
}
