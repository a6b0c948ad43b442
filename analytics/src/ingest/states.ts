/** States that somebody keeps: each under a short name made from what it is, so that a link to it is short. */
import { hash } from 'node:crypto';
import { NetError } from '@onenet/contract';
import type { Collection, Db } from 'mongodb';
import { readToken } from '../as-of-token.ts';

interface KeptState {
  /** A hash of the token: who has the name has that token, whenever they ask. */
  readonly _id: string;
  readonly token: string;
}

/** No token is as short: it is compressed, and says where every feed stood. */
const name = /^[0-9a-f]{16}$/;

export class States {
  private readonly collection: Collection<KeptState>;

  constructor(db: Db) {
    this.collection = db.collection<KeptState>('states', {
      writeConcern: { w: 'majority', journal: true },
    });
  }

  /** The short name of a state, which is on disk when it is told. */
  async keep(given: string): Promise<string> {
    const token = await this.tokenOf(given);
    // Anybody may have written it: only what is a state is kept.
    readToken(token);
    const _id = hash('sha256', token).slice(0, 16);
    const kept = await this.collection.findOneAndUpdate(
      { _id },
      { $setOnInsert: { token } },
      { upsert: true, returnDocument: 'after' },
    );
    // Somebody may look for another state of the same name: a link then has the state itself.
    return kept?.token === token ? _id : token;
  }

  /** What was given as `state`: the token of a short name, or a token as it is. */
  async tokenOf(given: string): Promise<string> {
    if (!name.test(given)) return given;
    const kept = await this.collection.findOne({ _id: given });
    if (kept) return kept.token;
    throw new NetError(
      'BAD_INPUT',
      `\`state\` is ${given}, and no state of that name is kept here: ask without it.`,
    );
  }
}
