/** Articles, comments and media channels, as stored and listed. */
import type { Channel, PlatformDefinition } from '@onenet/platforms';
import type { Db } from 'mongodb';
import { Connection } from '../../connection.ts';
import type { Platform, PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { OwnedRows } from '../../owned-rows.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { between, contains, noRows, present, type ListedRow, type Row } from '../../rows.ts';
import { facetsAt, facetsOf, isAsked, type ScopeFilter } from '../../scope.ts';
import type { PageArguments } from '@onenet/contract';

export interface ArticleDoc extends ListedRow {
  readonly title: string;
  readonly column: string;
  readonly summary: string | null;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly readCount: number;
  readonly shareCount: number;
  readonly likeCount: number;
  readonly commentCount: number;
  readonly simulated: boolean;
}

/** Listed under its article: its only facet is the article's id. */
export interface CommentDoc extends ListedRow {
  readonly articleId: string;
  readonly at: Date;
  readonly text: string;
  readonly maskedAuthor: string | null;
  readonly simulated: boolean;
}

export interface MediaChannelDoc extends Row {
  readonly name: string;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly followerCount: number;
}

/** Once a worker: the id is `<record id> <actor's reference>`. */
export interface OnceDoc extends Row {
  readonly at: Date;
}

export const articles = 'articles';
export const comments = 'comments';
export const mediaChannels = 'media_channels';
export const likes = 'article_likes';
export const follows = 'channel_follows';

export function articleFacets(doc: Pick<ArticleDoc, 'placeCode'>): string[] {
  return facetsAt(doc.placeCode);
}

export interface ArticleFilter extends ScopeFilter {
  readonly column?: string | null | undefined;
  readonly publishedFrom?: Date | null | undefined;
  readonly publishedTo?: Date | null | undefined;
  readonly titleContains?: string | null | undefined;
}

/** Articles of this platform, within a division if one is given. */
export function articleList(
  args: ListArgs<ArticleFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<ArticleDoc> {
  const { filter } = args;
  const order = listOrder('articles', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<ArticleDoc>(order), args);
  const rows = new KeysetRows<ArticleDoc>(platform.db, {
    collection: articles,
    order,
    facets: facetsOf(filter, within),
    where: present({
      column: filter?.column,
      publishedAt: between(filter?.publishedFrom, filter?.publishedTo),
      title: contains(filter?.titleContains),
    }),
  });
  return new Connection(rows, args);
}

/** An article's comments, oldest first. */
export function commentList(
  articleId: string,
  args: PageArguments,
  { platform, loaders }: PlatformContext,
): Connection<CommentDoc> {
  const rows = new OwnedRows<CommentDoc>(platform.db, loaders, {
    collection: comments,
    order: { name: 'AT', direction: 'ASC', field: 'at', key: 'TIME', indexed: ['at'] },
    facets: [articleId],
    ownerField: 'articleId',
    where: {},
  });
  return new Connection(rows, args);
}

/** The platform's own channels, by id. */
export function mediaChannelList({ db }: Platform): Promise<MediaChannelDoc[]> {
  return db.collection<MediaChannelDoc>(mediaChannels).find().sort({ _id: 1 }).toArray();
}

/** Adds the channels of the platform's definition that are not there yet; nobody follows them so far. */
export async function ensureMediaChannels(db: Db, definition: PlatformDefinition): Promise<void> {
  const [placeCode = ''] = definition.serves;
  const writes = definition.mediaChannels.map(({ id, name, channel }) => ({
    updateOne: {
      filter: { _id: `${definition.code}:channel-${id}` },
      update: { $setOnInsert: { name, channel, placeCode, followerCount: 0 } },
      upsert: true,
    },
  }));
  if (writes.length > 0) await db.collection<MediaChannelDoc>(mediaChannels).bulkWrite(writes);
}
