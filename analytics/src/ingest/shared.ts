/** What several processes tell each other of the feeds: who reads one writes how it stands, and the others show it. */
import type { Collection, Db } from 'mongodb';
import type { FeedProgress, SharedProgress } from './status.ts';

interface SharedFeed extends SharedProgress {
  /** The platform's code. */
  readonly _id: string;
}

export class SharedFeeds {
  private readonly feeds: Collection<SharedFeed>;

  constructor(db: Db) {
    // How fresh it is, is all that is lost with a write: the next one comes in a second.
    this.feeds = db.collection<SharedFeed>('feeds', { writeConcern: { w: 1 } });
  }

  async write(own: readonly FeedProgress[]): Promise<void> {
    if (own.length === 0) return;
    await this.feeds.bulkWrite(
      own.map((progress) => ({
        replaceOne: {
          filter: { _id: progress.platform },
          replacement: progress.shared(),
          upsert: true,
        },
      })),
      { ordered: false },
    );
  }

  /** By platform. */
  async read(): Promise<ReadonlyMap<string, SharedProgress>> {
    return new Map((await this.feeds.find().toArray()).map(({ _id, ...feed }) => [_id, feed]));
  }
}
