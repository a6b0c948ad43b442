/** Publishing, and what readers do with it. */
import * as checks from './checks.ts';
import type { Command, Commands, Input, Transaction } from './commands.ts';
import type { Row } from './context.ts';

const engagements = {
  recordArticleRead: { counter: 'reads', event: 'onenet.article.read' },
  shareArticle: { counter: 'shares', event: 'onenet.article.shared' },
  likeArticle: { counter: 'likes', event: 'onenet.article.liked' },
  commentOnArticle: { counter: 'remarks', event: 'onenet.article.commented' },
} as const;

const worker = ['WORKER'];
const workerOrSystem = ['WORKER', 'SYSTEM'];

export const contentCommands: Commands = {
  publishArticle: { payload: 'article', actors: ['OFFICER'], command: publish },
  recordArticleRead: {
    payload: 'article',
    actors: workerOrSystem,
    command: engage('recordArticleRead'),
  },
  shareArticle: { payload: 'article', actors: worker, command: engage('shareArticle') },
  likeArticle: { payload: 'article', actors: worker, command: like },
  commentOnArticle: { payload: 'article', actors: worker, command: comment },
  followChannel: { payload: 'mediaChannel', actors: workerOrSystem, command: follow },
};

async function publish(transaction: Transaction, given: Input): Promise<Row> {
  const { platform, now } = transaction;
  const { organizationId, summary } = given as Record<string, string | null>;
  checks.thisPlatform(platform, String(given['platform']));
  const place = checks.servedPlace(platform, String(given['placeCode']));
  if (organizationId != null) {
    await transaction.existing('organization', 'union_org', organizationId);
  }
  const column = checks.label('column', String(given['column']), 50);
  const id = transaction.newId('article');
  await transaction.insert('news', {
    id,
    headline: checks.text('title', String(given['title']), 200),
    section: column,
    lead_text: checks.optionalText('summary', summary, 1_000),
    area_code: place,
    org: organizationId ?? null,
    published: now,
    changed: now,
  });
  await transaction.emit('onenet.article.published', { place, category: column });
  return transaction.existing('article', 'news', id);
}

/** Counts what a reader does with an article. */
function engage(name: keyof typeof engagements): Command {
  const { counter, event } = engagements[name];
  return async (transaction, given) => {
    const { actor } = transaction;
    const article = await transaction.existing('article', 'news', String(given['id']));
    const { id, placeCode, column } = article;
    await transaction.do(`UPDATE news SET ${counter} = ${counter} + 1 WHERE id = $1`, id);
    const data = { place: placeCode, category: column, channel: given['channel'] };
    await transaction.emit(event, data, actor.kind === 'WORKER' ? actor.reference : null);
    return transaction.existing('article', 'news', String(id));
  };
}

/** Once a worker: a second like changes nothing. */
async function like(transaction: Transaction, given: Input): Promise<Row> {
  const article = await transaction.existing('article', 'news', String(given['id']));
  const isFirst = await transaction.do(
    'INSERT INTO news_like VALUES ($1, $2) ON CONFLICT DO NOTHING',
    article['id'],
    transaction.actor.reference,
  );
  return isFirst > 0 ? engage('likeArticle')(transaction, given) : article;
}

async function comment(transaction: Transaction, given: Input): Promise<Row> {
  const said = checks.text('text', String(given['text']), 1_000);
  const article = await engage('commentOnArticle')(transaction, given);
  const { now } = transaction;
  const id = transaction.newId('comment');
  await transaction.insert('news_remark', { id, news: article['id'], written: now, said });
  return article;
}

/** A reader begins to follow one of our channels; a second time changes nothing. */
async function follow(transaction: Transaction, given: Input): Promise<Row> {
  const { platform, actor } = transaction;
  checks.thisPlatform(platform, String(given['platform']));
  const wanted = String(given['mediaChannelId']);
  const channel = await transaction.existing('media_channel', 'account', wanted);
  const { id } = channel;
  // A system (a WeChat callback, say) speaks of a new follower each time.
  if (actor.kind === 'WORKER') {
    const isFirst = await transaction.do(
      'INSERT INTO account_follower VALUES ($1, $2) ON CONFLICT DO NOTHING',
      id,
      actor.reference,
    );
    if (isFirst === 0) return channel;
  }
  await transaction.do('UPDATE account SET followers = followers + 1 WHERE id = $1', id);
  // A channel is the platform's: it lies where the platform does.
  const data = { place: platform.serves[0], channel: channel['channel'] };
  await transaction.emit('onenet.channel.followed', data);
  return transaction.existing('media_channel', 'account', String(id));
}
