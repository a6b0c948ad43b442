/** The owners as the directory had them, kept by their content: a state names the one that it was of. */
import { hash } from 'node:crypto';
import type { NetOwner } from '@onenet/contract';
import type { Collection, Db } from 'mongodb';

/** What answers need of an owner, but for whether it is connected. */
export type KnownOwner = Pick<NetOwner, 'code' | 'name' | 'nameEn' | 'kind' | 'modules' | 'serves'>;

interface Directory {
  /** A hash of the owners. */
  readonly _id: string;
  readonly owners: readonly KnownOwner[];
}

export class Directories {
  private readonly collection: Collection<Directory>;
  private readonly log: (message: string, detail?: unknown) => void;
  private latest: Directory | undefined;
  /** Whether the latest is on disk. */
  private isKept: Promise<boolean> = Promise.resolve(false);
  private readonly known = new Map<string, readonly KnownOwner[]>();

  constructor(db: Db, log: (message: string, detail?: unknown) => void) {
    this.collection = db.collection<Directory>('directories', {
      writeConcern: { w: 'majority', journal: true },
    });
    this.log = log;
  }

  /** Takes over today's owners. Most revisions of the directory change nothing of what is kept here. */
  use(owners: readonly NetOwner[]): void {
    const described = owners.map(({ code, name, nameEn, kind, modules, serves }) => {
      return { code, name, nameEn, kind, modules, serves };
    });
    const _id = hash('sha256', JSON.stringify(described)).slice(0, 16);
    if (_id === this.latest?._id) return;
    this.latest = { _id, owners: described };
    this.isKept = this.keep(this.latest);
  }

  /** The name of today's, once it is on disk; null while it cannot be kept: nobody could ask for it again. */
  async current(): Promise<string | null> {
    const { latest } = this;
    if (!latest) return null;
    if (!(await this.isKept)) this.isKept = this.keep(latest);
    return (await this.isKept) ? latest._id : null;
  }

  /** The owners of a directory; undefined where it is not kept. */
  async of(id: string): Promise<readonly KnownOwner[] | undefined> {
    if (id === this.latest?._id) return this.latest.owners;
    const known = this.known.get(id) ?? (await this.collection.findOne({ _id: id }))?.owners;
    if (known) this.known.set(id, known);
    return known;
  }

  private async keep({ _id, owners }: Directory): Promise<boolean> {
    try {
      await this.collection.updateOne({ _id }, { $setOnInsert: { owners } }, { upsert: true });
      return true;
    } catch (error) {
      this.log('the owner directory is not kept for states', error);
      return false;
    }
  }
}
