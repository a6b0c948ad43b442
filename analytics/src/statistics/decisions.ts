/** Of what a month is closed: decided once, whichever of several processes comes first; so all of them write the same. */
import type { Collection, Db } from 'mongodb';

/** What a month's figures are of. */
export interface Decision {
  /** YYYY-MM */
  readonly _id: string;
  /** Platforms whose events are in, by code. */
  readonly platforms: readonly string[];
  /** The state that is counted: given to other questions, the same is had again. */
  readonly state: string;
  /** RFC 3339 */
  readonly closedAt: string;
}

export class Decisions {
  private readonly decisions: Collection<Decision>;

  constructor(db: Db) {
    const options = {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    } as const;
    this.decisions = db.collection<Decision>('month_closings', options);
  }

  async of(month: string): Promise<Decision | undefined> {
    return (await this.decisions.findOne({ _id: month })) ?? undefined;
  }

  /** What is decided: this, or what somebody else decided before. */
  async decide(decision: Decision): Promise<Decision> {
    const { _id, ...of } = decision;
    const found = await this.decisions.findOneAndUpdate(
      { _id },
      { $setOnInsert: of },
      { upsert: true, returnDocument: 'after' },
    );
    return found ?? decision;
  }

  /** Its state cannot be had any more, and nothing of it is written: another is to be decided. */
  async withdraw({ _id, state }: Decision): Promise<void> {
    await this.decisions.deleteOne({ _id, state });
  }
}
