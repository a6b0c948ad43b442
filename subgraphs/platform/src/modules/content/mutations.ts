/** The mutations of content, with their inputs. */
import type { EnumRef } from '@pothos/core';
import type { Channel as ChannelName } from '@onenet/platforms';
import type { Builder, Ref, SchemaTypes } from '../../builder.ts';
import { mutationsOf } from '../../mutation.ts';
import * as commands from './commands.ts';
import type { ArticleDoc, MediaChannelDoc } from './store.ts';

/** Adds the mutations to a schema. */
export function addContentMutations(
  builder: Builder,
  types: {
    readonly Channel: EnumRef<SchemaTypes, ChannelName>;
    readonly Article: Ref<ArticleDoc>;
    readonly MediaChannel: Ref<MediaChannelDoc>;
  },
): void {
  const { Channel, Article, MediaChannel } = types;
  const PublishInput = builder.inputType('PublishArticleInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      title: t.string({ required: true }),
      column: t.string({ required: true }),
      summary: t.string(),
      placeCode: t.id({ required: true }),
      organizationId: t.id(),
    }),
  });
  const EngagementInput = builder.inputType('ArticleEngagementInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      channel: t.field({ type: Channel, required: true }),
    }),
  });
  const CommentInput = builder.inputType('CommentOnArticleInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      channel: t.field({ type: Channel, required: true }),
      text: t.string({ required: true }),
    }),
  });
  const FollowInput = builder.inputType('FollowChannelInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      mediaChannelId: t.id({ required: true }),
    }),
  });

  const mutation = mutationsOf(builder, 'ArticlePayload', 'article', Article);
  mutation('publishArticle', PublishInput, commands.publishArticle);
  mutation('recordArticleRead', EngagementInput, commands.recordArticleRead);
  mutation('shareArticle', EngagementInput, commands.shareArticle);
  mutation('likeArticle', EngagementInput, commands.likeArticle);
  mutation('commentOnArticle', CommentInput, commands.commentOnArticle);
  mutationsOf(
    builder,
    'MediaChannelPayload',
    'mediaChannel',
    MediaChannel,
  )('followChannel', FollowInput, commands.followChannel);
}
