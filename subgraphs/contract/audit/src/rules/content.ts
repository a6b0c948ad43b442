/** What the module `content` asks beyond the core. */
import { mutationCall, mutationQuery } from '../inputs.ts';
import { NotChecked, must, type Rule } from '../rule.ts';
import { dataOf, type AuditedServer } from '../server.ts';

export const contentRules: readonly Rule[] = [
  {
    id: 'content.M1',
    level: 'MUST',
    title: 'A worker likes an article once',
    module: 'content',
    writes: true,
    async check(server) {
      const before = await likes(server, 'like-1');
      const after = await likes(server, 'like-2');
      must(
        after.count === before.count,
        `${after.sent}, the second time`,
        () => `likeCount ${after.count}`,
        `likeCount ${before.count}: a second like changes nothing.`,
      );
    },
  },
];

/** One like by this audit's worker, under a key of its own. */
async function likes(server: AuditedServer, key: string): Promise<{ sent: string; count: number }> {
  const field = server.offered.fields('Mutation').find(({ name }) => name === 'likeArticle');
  const call = field && (await mutationCall(server, field, key));
  const articles = server.offered.lists.find(({ node }) => node.name === 'Article');
  if (!call || !articles || (await server.lists.sample(articles)).length === 0) {
    throw new NotChecked('there is no article: load records first');
  }
  const exchange = await server.ask(mutationQuery(call, 'id likeCount'), {
    variables: { input: call.input },
    actor: server.actor('WORKER'),
  });
  const { article } = dataOf(exchange)['likeArticle'] as { article: { likeCount: number } };
  return { sent: exchange.sent, count: article.likeCount };
}
