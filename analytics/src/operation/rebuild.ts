/**
 * Makes a platform's rollups anew from raw while its feed is read on: raw is copied under a fresh epoch
 * through the same views, and that one counts from the moment at which it has everything. Lines that an earlier
 * version rejected are read by today's rules.
 */
import { NetError } from '@onenet/contract';
import type { Stores } from '../ingest/epochs.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { readingRules } from '../ingest/read-again.ts';
import {
  copyEpoch,
  dropEpochsBelow,
  epochStates,
  isWhole,
  rejectedLines,
} from '../ingest/tables.ts';

/** Lines that are copied at a time: so progress can be told. */
const stepLines = 1_000_000;

export interface Rebuilt {
  readonly platform: string;
  readonly from: number;
  readonly epoch: number;
  readonly lines: number;
}

/** `told` hears how many lines of how many are copied. */
export async function rebuild(
  stores: Stores & { readonly ingest: Ingest },
  platform: string,
  told: (done: number, of: number) => void,
): Promise<Rebuilt> {
  const { clickhouse, positions, ingest } = stores;
  const start = (await positions.all()).get(platform);
  if (!start || start.sequence === 0) {
    throw new NetError('NOT_FOUND', `Nothing of ${platform} is in: there is nothing to rebuild.`);
  }
  if (!ingest.works(platform)) {
    throw new NetError(
      'WRONG_STATE',
      `${platform} is read by another worker: have that one rebuild it (its log names what it reads).`,
    );
  }
  const epoch = await positions.takeEpoch(platform, start.lastEpoch + 1);
  if (!(await positions.startBuilding(platform, epoch))) {
    throw new NetError('WRONG_STATE', `${platform} is being rebuilt already.`);
  }
  try {
    let done = 0;
    const copyTo = async (upTo: number): Promise<void> => {
      while (done < upTo) {
        const next = Math.min(done + stepLines, upTo);
        await copyEpoch(clickhouse, platform, start.epoch, { after: done, upTo: next }, epoch);
        done = next;
        told(done, upTo);
      }
    };
    // What is in raw changes no more, so nobody waits for this.
    await copyTo(start.sequence);
    const lines = await ingest.between(platform, async () => {
      const now = await positions.ensure(platform);
      if (now.epoch !== start.epoch) {
        throw new NetError(
          'WRONG_STATE',
          `The log of ${platform} was taken up anew meanwhile (epoch ${now.epoch}): its rollups are new already.`,
        );
      }
      await copyTo(now.sequence);
      await refuseUnlessWhole(stores, platform, epoch, now.sequence);
      const rejected = await rejectedLines(clickhouse, { platform, epoch, upTo: now.sequence });
      const made = { ...now, epoch, rejected, rules: readingRules() };
      await positions.switchEpoch(platform, now.fence, made);
      await ingest.moved({ ...made, lastEpoch: epoch, building: null });
      return now.sequence;
    });
    await dropEpochsBelow(clickhouse, platform, epoch);
    return { platform, from: start.epoch, epoch, lines };
  } catch (error) {
    // The rows of the attempt count nowhere, and go when the next epoch counts.
    await positions.stopBuilding(platform);
    throw error;
  }
}

async function refuseUnlessWhole(
  { clickhouse }: Stores,
  platform: string,
  epoch: number,
  sequence: number,
): Promise<void> {
  const state = (await epochStates(clickhouse, platform)).find((each) => each.epoch === epoch);
  if (state && isWhole(state, sequence)) return;
  throw new NetError(
    'WRONG_STATE',
    `The copy of ${platform} has ${state?.lines ?? 0} lines up to ${state?.last ?? 0} and should have 1 to ${sequence}: ` +
      'raw itself has a hole. The epoch before goes on counting; restart analytics, which compares the stores and reads anew what is missing.',
  );
}
