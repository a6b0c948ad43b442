/** A database is a sandbox's from its first start on, or never: in a sandbox anybody has a client. */
import type { Store } from '../registry/store.ts';
import { BadOption } from './bad-option.ts';

/** Refuses the database of the other kind; nothing of it is changed. */
export async function mustBeOfOneKind({ net }: Store, isSandbox: boolean): Promise<void> {
  if (isSandbox) {
    const first = { revision: 0, fingerprint: '', sandbox: true };
    await net.updateOne({ _id: 'net' }, { $setOnInsert: first }, { upsert: true });
  }
  const known = await net.findOne({ _id: 'net' });
  if (known === null || (known.sandbox === true) === isSandbox) return;
  throw new BadOption(
    isSandbox
      ? 'The database is that of a net, and must not become a sandbox: give another with --database.'
      : 'The database is a sandbox’s, whose clients nobody admitted: give another with --database.',
  );
}
