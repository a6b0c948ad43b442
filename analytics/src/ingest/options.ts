/** What ingest works with, and whom it tells. */
import type { OwnerHeaders } from '../owner-call.ts';
import type { Stores } from './epochs.ts';
import type { News } from './news.ts';
import type { FeedStatus } from './status.ts';
import type { Workers } from './workers.ts';

export interface IngestOptions extends Stores {
  readonly log: (message: string, detail?: unknown) => void;
  readonly ownerHeaders: OwnerHeaders;
  /** Lines are in; of what another process read it is not known which. */
  readonly ingested: (platform: string, news: News | undefined) => void;
  readonly feedChanged: (status: FeedStatus) => void;
  /** How long a platform's whole answer may take, beyond what it may hold it back. Default: half a minute. */
  readonly answerWithinMs?: number;
  /** Where several processes share the platforms; absent: this one reads all. */
  readonly workers?: Workers;
}
