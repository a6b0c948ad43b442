/** The module content. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { listIndex } from '../../rows.ts';
import { commentErasure, eraseReader } from './erasure.ts';
import { addContent } from './schema.ts';
import { articles, comments, follows, likes, mediaChannels } from './store.ts';
import { contentWrites } from './writes.ts';

export const content: PlatformModule = {
  name: 'content',
  collections: [
    { name: articles, indexes: listIndexes('articles') },
    { name: comments, indexes: [{ key: listIndex('at') }], erasure: commentErasure },
    { name: likes, indexes: [] },
    { name: follows, indexes: [] },
    { name: mediaChannels, indexes: [] },
  ],
  addSchema: addContent,
  eraseMore: eraseReader,
  writes: contentWrites,
};
