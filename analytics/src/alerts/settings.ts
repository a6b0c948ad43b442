/**
 * What administrators set of the rules, in analytics' MongoDB. Nothing is overwritten: each change is an entry with
 * who and when, and the newest of a rule and platform holds. A platform's own stand before the rule's, those before
 * the defaults of the list.
 */
import { NetError } from '@onenet/contract';
import type { Collection, Db } from 'mongodb';
import { isDuplicate } from '../ranking/editions.ts';
import type { Rule, RuleSettings } from './rule.ts';
import { theNet } from './rule.ts';

/** What is set; what is not in it is as the next wider has it. */
export type Changed = { readonly [Name in keyof RuleSettings]?: RuleSettings[Name] };

/** One change, whole: it stands for those before it. */
export interface SettingsEntry {
  readonly rule: string;
  /** The empty one: all that have none of their own. */
  readonly platform: string;
  readonly version: number;
  readonly changed: Changed;
  /** The person's opaque reference, or the client. */
  readonly setBy: string;
  readonly setAt: Date;
}

/** All that holds at a moment. */
export class Settings {
  private readonly entries: readonly SettingsEntry[];

  constructor(entries: readonly SettingsEntry[]) {
    this.entries = entries;
  }

  /** What holds for a platform; for `''`, where it has none of its own. */
  of(rule: Rule, platform: string): RuleSettings {
    const wide = this.entry(rule, theNet)?.changed;
    const own = platform === theNet ? undefined : this.entry(rule, platform)?.changed;
    return { ...rule.defaults, ...wide, ...own };
  }

  entry(rule: Rule, platform: string): SettingsEntry | undefined {
    return this.entries.find((entry) => entry.rule === rule.name && entry.platform === platform);
  }

  /** Whether a rule is on for anybody. */
  isOn(rule: Rule): boolean {
    const platforms = [theNet, ...this.platformsOf(rule).map(({ platform }) => platform)];
    return platforms.some((platform) => this.of(rule, platform).enabled);
  }

  /** The platforms that have some of their own. */
  platformsOf(rule: Rule): readonly SettingsEntry[] {
    return this.entries.filter(
      ({ rule: name, platform, changed }) =>
        name === rule.name && platform !== theNet && Object.keys(changed).length > 0,
    );
  }
}

export class SettingsStore {
  private readonly collection: Collection<SettingsEntry>;

  constructor(db: Db) {
    this.collection = db.collection<SettingsEntry>('alert_settings', {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ rule: 1, platform: 1, version: -1 }, { unique: true });
  }

  async read(): Promise<Settings> {
    const newest = await this.collection
      .aggregate<{ readonly entry: SettingsEntry }>([
        { $sort: { rule: 1, platform: 1, version: -1 } },
        { $group: { _id: { rule: '$rule', platform: '$platform' }, entry: { $first: '$$ROOT' } } },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    return new Settings(newest.map(({ entry }) => entry));
  }

  /** Refused where somebody else has changed the same in the meantime. */
  async add(entry: SettingsEntry): Promise<void> {
    try {
      await this.collection.insertOne(entry);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new NetError(
        'CONFLICT',
        `The rule ${entry.rule} was changed by somebody else just now: look at it again.`,
      );
    }
  }
}
