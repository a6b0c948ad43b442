/** Publishing and what readers do with it: each is one transaction, with its event. */
import type { EventTypeName } from '@onenet/contract';
import type { Channel } from '@onenet/platforms';
import {
  assertThisPlatform,
  checkedLabel,
  checkedText,
  newId,
  optionalText,
  servedPlace,
} from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency, type Transaction } from '../../command.ts';
import { publicProjection } from '../../loaders.ts';
import { assertOrganization } from '../organizations/store.ts';
import {
  articleFacets,
  articles,
  comments,
  follows,
  likes,
  mediaChannels,
  type ArticleDoc,
  type CommentDoc,
  type MediaChannelDoc,
  type OnceDoc,
} from './store.ts';

export interface PublishInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly title: string;
  readonly column: string;
  readonly summary?: string | null | undefined;
  readonly placeCode: string;
  readonly organizationId?: string | null | undefined;
}

export function publishArticle(agency: Agency, input: PublishInput): Promise<ArticleDoc> {
  return runCommand('publishArticle', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const organizationId = input.organizationId ?? null;
    if (organizationId !== null) await assertOrganization(transaction, organizationId);
    const article: ArticleDoc = {
      _id: newId(platform, 'article'),
      title: checkedText('title', input.title, 200),
      column: checkedLabel('column', input.column, 50),
      summary: optionalText('summary', input.summary, 1_000),
      placeCode,
      organizationId,
      publishedAt: now,
      updatedAt: now,
      readCount: 0,
      shareCount: 0,
      likeCount: 0,
      commentCount: 0,
      simulated,
      facets: articleFacets({ placeCode }),
    };
    await articlesOf(transaction).insertOne(article, { session });
    transaction.emit('onenet.article.published', { place: placeCode, category: article.column });
    return article;
  });
}

export interface EngagementInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly channel: Channel;
}

export function recordArticleRead(agency: Agency, input: EngagementInput): Promise<ArticleDoc> {
  return runCommand('recordArticleRead', agency, input, (transaction) =>
    engage(transaction, input, 'readCount', 'onenet.article.read'),
  );
}

export function shareArticle(agency: Agency, input: EngagementInput): Promise<ArticleDoc> {
  return runCommand('shareArticle', agency, input, (transaction) =>
    engage(transaction, input, 'shareCount', 'onenet.article.shared'),
  );
}

/** Once a worker: a second like changes nothing. */
export function likeArticle(agency: Agency, input: EngagementInput): Promise<ArticleDoc> {
  return runCommand('likeArticle', agency, input, async (transaction) => {
    const article = await existingArticle(transaction, input.id);
    if (!(await isFirst(transaction, likes, article._id))) return article;
    return engage(transaction, input, 'likeCount', 'onenet.article.liked');
  });
}

export function commentOnArticle(
  agency: Agency,
  input: EngagementInput & { readonly text: string },
): Promise<ArticleDoc> {
  return runCommand('commentOnArticle', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    const text = checkedText('text', input.text, 1_000);
    const article = await engage(transaction, input, 'commentCount', 'onenet.article.commented');
    await platform.db.collection<CommentDoc>(comments).insertOne(
      {
        _id: newId(platform, 'comment'),
        articleId: article._id,
        at: now,
        text,
        // The platform knows a reference, no name.
        maskedAuthor: null,
        simulated,
        facets: [article._id],
      },
      { session },
    );
    return article;
  });
}

export interface FollowInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly mediaChannelId: string;
}

/** A reader begins to follow a channel; a second time changes nothing. */
export function followChannel(agency: Agency, input: FollowInput): Promise<MediaChannelDoc> {
  return runCommand('followChannel', agency, input, async (transaction) => {
    const { platform, session, actor } = transaction;
    assertThisPlatform(platform, input.platform);
    const _id = ownId(platform, input.mediaChannelId);
    const channels = platform.db.collection<MediaChannelDoc>(mediaChannels);
    const channel = await channels.findOne({ _id }, { session });
    if (!channel) throw notFound(_id, platform);
    // A system (a WeChat callback, the simulation) speaks of a new follower each time.
    if (actor.kind === 'WORKER' && !(await isFirst(transaction, follows, _id))) return channel;
    const changed = await channels.findOneAndUpdate(
      { _id },
      { $inc: { followerCount: 1 } },
      { session, returnDocument: 'after' },
    );
    if (!changed) throw notFound(_id, platform);
    transaction.emit('onenet.channel.followed', {
      place: channel.placeCode,
      channel: channel.channel,
    });
    return changed;
  });
}

type Counter = 'readCount' | 'shareCount' | 'likeCount' | 'commentCount';

async function engage(
  transaction: Transaction,
  input: EngagementInput,
  counter: Counter,
  event: EventTypeName,
): Promise<ArticleDoc> {
  const { platform, session, actor } = transaction;
  const _id = ownId(platform, input.id);
  const article = await articlesOf(transaction).findOneAndUpdate(
    { _id },
    { $inc: { [counter]: 1 } },
    { session, projection: publicProjection, returnDocument: 'after' },
  );
  if (!article) throw notFound(_id, platform);
  transaction.emit(
    event,
    { place: article.placeCode, category: article.column, channel: input.channel },
    actor.kind === 'WORKER' ? actor.reference : null,
  );
  return article;
}

async function existingArticle(transaction: Transaction, id: string): Promise<ArticleDoc> {
  const { platform, session } = transaction;
  const _id = ownId(platform, id);
  const article = await articlesOf(transaction).findOne<ArticleDoc>(
    { _id },
    { session, projection: publicProjection },
  );
  if (!article) throw notFound(_id, platform);
  return article;
}

/** Whether the actor does this for the first time; then it is remembered. */
async function isFirst(
  { platform, session, actor, now }: Transaction,
  collection: string,
  id: string,
): Promise<boolean> {
  const done = await platform.db
    .collection<OnceDoc>(collection)
    .updateOne(
      { _id: `${id} ${actor.reference}` },
      { $setOnInsert: { at: now } },
      { upsert: true, session },
    );
  return done.upsertedCount === 1;
}

function articlesOf({ platform }: Transaction) {
  return platform.db.collection<ArticleDoc>(articles);
}
