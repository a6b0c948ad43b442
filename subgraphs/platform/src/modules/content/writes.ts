/** Reference articles and channels as documents and events. */
import type { EventTypeName } from '@onenet/contract';
import type {
  ArticleRecord,
  EngagementRecord,
  MediaChannelRecord,
  PlatformDefinition,
  ReferenceRecord,
} from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedName } from '../../mask.ts';
import { documentWrite, eventWrite } from '../../writes.ts';
import { articleFacets, articles, comments, mediaChannels } from './store.ts';

/** What a record of the module becomes. */
export function* contentWrites(
  record: ReferenceRecord,
  definition: PlatformDefinition,
): Generator<Write> {
  if (record.type === 'MediaChannel') yield* mediaChannelWrites(definition, record);
  if (record.type === 'Article') yield* articleWrites(record);
}

function* mediaChannelWrites(
  { serves }: PlatformDefinition,
  record: MediaChannelRecord,
): Generator<Write> {
  const { type: _type, id, platformCode: _platform, follows, ...fields } = record;
  // A channel is the platform's: it lies where the platform does.
  const [placeCode] = serves;
  yield documentWrite(mediaChannels, { _id: id, ...fields, placeCode });
  const data = { ...(placeCode && { place: placeCode }), channel: record.channel };
  for (const follow of follows)
    yield eventWrite(follow, 'onenet.channel.followed', follow.at, data);
}

const engagementEvents = {
  READ: 'onenet.article.read',
  SHARE: 'onenet.article.shared',
  LIKE: 'onenet.article.liked',
  COMMENT: 'onenet.article.commented',
} as const satisfies Record<EngagementRecord['kind'], EventTypeName>;

function* articleWrites(record: ArticleRecord): Generator<Write> {
  const {
    type: _type,
    id,
    platformCode: _platform,
    comments: said,
    engagement,
    ...fields
  } = record;
  yield documentWrite(articles, { _id: id, ...fields, facets: articleFacets(record) });
  for (const { id: local, at, text, author } of said) {
    yield documentWrite(comments, {
      _id: `${id}-${local}`,
      articleId: id,
      at,
      text,
      maskedAuthor: maskedName(author),
      simulated: record.simulated,
      facets: [id],
    });
  }
  const data = { place: record.placeCode, category: record.column };
  yield eventWrite(record, 'onenet.article.published', record.publishedAt, data);
  for (const { kind, at, channel, count, person } of engagement) {
    const counted = count === 1 ? { ...data, channel } : { ...data, channel, count };
    yield eventWrite(record, engagementEvents[kind], at, counted, person);
  }
}
