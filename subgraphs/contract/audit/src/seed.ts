/** Records for lists that are empty, so that what is read can be judged: an audit that may write makes its own. */
import { randomBytes } from 'node:crypto';
import { identityHash } from '@onenet/contract';
import { newIdentityNumber } from './identity.ts';
import { sealedKey } from './inputs.ts';
import { Maker } from './maker.ts';
import type { OfferedList } from './offered.ts';
import { platformInfo } from './platform-info.ts';
import type { AuditedServer } from './server.ts';

/** Rows with which a list can be walked in pages. */
const enough = 4;

/**
 * Fills each list that has fewer rows than that. What cannot be made is left out: that a mutation fails is
 * for the rules about mutations to say.
 */
export async function seed(server: AuditedServer): Promise<void> {
  const maker = new Maker(server);
  const lengths = await server.lists.lengths(enough).catch(() => undefined);
  for (const list of server.offered.lists) {
    const length = lengths?.get(list.name) ?? (await lengthOf(server, list));
    const statuses = maker.statuses(list.node.name);
    for (let made = length; made < enough; made++) {
      const status = statuses[made % statuses.length];
      try {
        if (status !== undefined) await maker.make(list.node.name, status);
        else if (list.node.name === 'MatchRun') await compare(server, maker);
      } catch {
        break;
      }
    }
  }
  // What was read above is not what is there now.
  server.lists.forget();
}

/** Where not all are answered at once, each is asked for by itself: none is filled because of another. */
async function lengthOf(server: AuditedServer, list: OfferedList): Promise<number> {
  const { length } = await server.lists.sample(list).catch(() => []);
  return length;
}

/** A department asks about somebody whom the platform does not know. */
async function compare(server: AuditedServer, maker: Maker): Promise<void> {
  const { departments } = await platformInfo(server);
  const field = server.offered.fields('Mutation').find(({ name }) => name === 'compareList');
  const [department] = departments;
  if (!field || !department) return;
  const key = randomBytes(32);
  const given = {
    department: department.code,
    sealedKey: await sealedKey(server, key),
    hashes: [identityHash(key, newIdentityNumber())],
  };
  await maker.send(await maker.call({ field, name: field.name }, undefined, 'MONEY', given));
}
