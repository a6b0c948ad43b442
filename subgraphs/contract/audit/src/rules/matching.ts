/** What the module `matching` asks beyond the core: by hash, bounded, and recorded. */
import { randomBytes, randomInt } from 'node:crypto';
import { identityHash } from '@onenet/contract';
import { newIdentityNumber } from '../identity.ts';
import { sealedKey } from '../inputs.ts';
import { Maker } from '../maker.ts';
import { platformInfo } from '../platform-info.ts';
import { mustBe, mustRefuse, resultOf } from '../records.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { dataOf } from '../server.ts';

export const matchingRules: readonly Rule[] = [
  {
    id: 'matching.M1',
    level: 'MUST',
    title: 'A comparison is by hash, bounded, and recorded',
    module: 'matching',
    writes: true,
    async check(server) {
      const { departments, sealingKey } = await platformInfo(server);
      const department = departments[randomInt(Math.max(1, departments.length))]?.code;
      if (sealingKey === undefined || department === undefined) {
        throw new NotChecked('the platform has no sealing key, or names no department');
      }
      const maker = new Maker(server);
      const number = newIdentityNumber();
      const subject = await knownPerson(maker, number);
      const field = server.offered.fields('Mutation').find(({ name }) => name === 'compareList');
      if (!field) throw new NotChecked('compareList is not offered');
      const compare = async (key: Buffer, hashes: readonly string[]) => {
        const given = { department, subject, hashes, sealedKey: await sealedKey(server, key) };
        const call = await maker.call({ field, name: field.name }, undefined, 'MONEY', given);
        return await maker.send(call, 'matched run { id status asked matched }');
      };

      const key = randomBytes(32);
      const other = (): string => identityHash(key, newIdentityNumber());
      const known = identityHash(key, number);
      const exchange = await compare(key, [other(), known, other()]);
      const found = resultOf(exchange, field.name, 'comparison');
      must(
        JSON.stringify(found['matched']) === JSON.stringify([known]),
        exchange.sent,
        () => shown(found['matched']),
        'Those of the hashes that the platform knows, and no other.',
      );
      const run = found['run'] as Readonly<Record<string, unknown>>;
      mustBe(exchange.sent, run, { status: 'COMPLETED', asked: 3, matched: 1 });

      mustRefuse(await compare(key, [known]), 'CONFLICT', 'the key was used for another run');
      const tooMany = Array.from({ length: 5_001 }, other);
      for (const [hashes, why] of [
        [[], 'a list has at least one hash'],
        [tooMany, 'a list has at most 5,000 hashes'],
        [[number], 'an identity number is no hash'],
      ] as const) {
        mustRefuse(await compare(randomBytes(32), hashes), 'BAD_INPUT', why);
      }
    },
  },
  {
    id: 'matching.M2',
    level: 'MUST',
    title: 'A look-up finds whom the platform knows, and its key serves it alone',
    module: 'matching',
    writes: true,
    async check(server) {
      const { sealingKey } = await platformInfo(server);
      const isOffered = server.offered.fields('Query').some(({ name }) => name === 'personMatches');
      if (sealingKey === undefined || !isOffered) {
        throw new NotChecked(
          'the platform has no sealing key, or keeps a version without look-ups',
        );
      }
      if (server.signer) throw new NotChecked('people are looked up by clients’ systems alone');
      const number = newIdentityNumber();
      const subject = await knownPerson(new Maker(server), number);
      const lookUp = async (key: Buffer, hashes: readonly string[]) => {
        const lookup = { subject, hashes, sealedKeys: [await sealedKey(server, key)] };
        return await server.ask(
          `query ($lookup: PersonLookupInput) { personMatches(lookup: $lookup) { totalCount edges { node { id hash } } } }`,
          { variables: { lookup } },
        );
      };
      const key = randomBytes(32);
      const other = (): string => identityHash(key, newIdentityNumber());
      const known = identityHash(key, number);
      const hashes = [other(), known, other()];
      // Asked again it is the same look-up, as by who reads it page by page.
      for (const _ of [1, 2]) {
        const exchange = await lookUp(key, hashes);
        const list = dataOf(exchange)['personMatches'] as {
          readonly totalCount: number;
          readonly edges: readonly { readonly node: { readonly hash: string } }[];
        } | null;
        const found = list?.edges.map(({ node }) => node.hash);
        must(
          list?.totalCount === 1 && JSON.stringify(found) === JSON.stringify([known]),
          exchange.sent,
          () => shown(list),
          'A match for each of the hashes that the platform knows, and for no other.',
        );
      }
      mustRefuse(await lookUp(key, [known]), 'CONFLICT', 'the key was used for another list');
      const tooMany = Array.from({ length: 101 }, other);
      for (const [asked, why] of [
        [[], 'a look-up has at least one hash'],
        [tooMany, 'a look-up has at most 100 hashes'],
        [[number], 'an identity number is no hash'],
      ] as const) {
        mustRefuse(await lookUp(randomBytes(32), asked), 'BAD_INPUT', why);
      }
    },
  },
];

/** Somebody whom the platform knows by this number, and among whom. */
async function knownPerson(maker: Maker, identityNumber: string): Promise<string> {
  const isMembers = maker.statuses('Member').includes('ACTIVE');
  const [apply, accept, subject] = isMembers
    ? ['applyForMembership', 'acceptMember', 'MEMBERS']
    : ['applyForHardshipFile', 'registerHardshipWorker', 'HARDSHIP_WORKERS'];
  const made = await maker.take(maker.step(apply), undefined, 'MONEY', { identityNumber });
  await maker.take(maker.step(accept), made);
  return subject;
}
