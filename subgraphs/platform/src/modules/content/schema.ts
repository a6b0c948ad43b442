/** Content: articles in columns, reads, shares, likes, comments; channels and their followers. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { addCore } from '../core/schema.ts';
import { addRequests } from '../requests/schema.ts';
import { addContentMutations } from './mutations.ts';
import {
  articleList,
  articles,
  commentList,
  mediaChannelList,
  type ArticleDoc,
  type CommentDoc,
  type MediaChannelDoc,
} from './store.ts';

/** Adds the module to a schema. */
export const addContent = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const { Channel } = addRequests(schema);
  const Comment = builder.objectRef<CommentDoc>('Comment').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ _id }) => _id }),
      at: t.expose('at', { type: 'DateTime', nullable: true }),
      text: t.exposeString('text', { nullable: true }),
      maskedAuthor: t.exposeString('maskedAuthor', { nullable: true }),
    }),
  });
  const Comments = connectionType(builder, 'Comment', Comment, core.PageInfo);
  const Article = builder.objectRef<ArticleDoc>('Article').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      publishedAt: t.expose('publishedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      readCount: t.exposeInt('readCount', { nullable: false }),
      title: t.exposeString('title', { nullable: true }),
      column: t.exposeString('column', { nullable: true }),
      summary: t.exposeString('summary', { nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      shareCount: t.exposeInt('shareCount', { nullable: true }),
      likeCount: t.exposeInt('likeCount', { nullable: true }),
      commentCount: t.exposeInt('commentCount', { nullable: true }),
      comments: t.field({
        type: Comments,
        nullable: true,
        args: pageArgs(t.arg),
        resolve: ({ _id }, args, context) => commentList(_id, args, context),
      }),
    }),
  });
  builder.asEntity(Article, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<ArticleDoc>(articles, id),
  });

  const Filter = builder.inputType('ArticleFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      column: t.string(),
      publishedFrom: t.field({ type: 'DateTime' }),
      publishedTo: t.field({ type: 'DateTime' }),
      titleContains: t.string(),
    }),
  });
  const Order = builder.inputType('ArticleOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('ArticleOrderField', {
          values: ['PUBLISHED_AT', 'UPDATED_AT', 'READ_COUNT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'articles', {
    type: connectionType(builder, 'Article', Article, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: articleList,
  });
  builder.queryField('article', (t) =>
    t.field({
      type: Article,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<ArticleDoc>(articles, id);
      },
    }),
  );

  const MediaChannel = builder.objectRef<MediaChannelDoc>('MediaChannel').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ _id }) => _id }),
      name: t.exposeString('name', { nullable: true }),
      channel: t.expose('channel', { type: Channel, nullable: true }),
      followerCount: t.exposeInt('followerCount', { nullable: true }),
    }),
  });
  builder.objectField(core.Platform, 'mediaChannels', (t) =>
    t.field({
      type: [MediaChannel],
      nullable: true,
      resolve: (_platform, _args, { platform }) => mediaChannelList(platform),
    }),
  );
  addContentMutations(builder, { Channel, Article, MediaChannel });
});
