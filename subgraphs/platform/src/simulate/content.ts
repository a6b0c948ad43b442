/** Simulated readers: they read, share, like, comment, follow; now and then an article comes out. */
import type { Channel } from '@onenet/platforms';
import * as commands from '../modules/content/commands.ts';
import { articles, mediaChannels } from '../modules/content/store.ts';
import { everything } from '../rows.ts';
import type { Site } from './site.ts';
import { articleTexts, commentTexts } from './texts.ts';

export function readArticle(site: Site): Promise<void> {
  return withArticle(site, (input) => commands.recordArticleRead(site.agency('WORKER'), input));
}

export function shareArticle(site: Site): Promise<void> {
  return withArticle(site, (input) => commands.shareArticle(site.agency('WORKER'), input));
}

export function likeArticle(site: Site): Promise<void> {
  return withArticle(site, (input) => commands.likeArticle(site.agency('WORKER'), input));
}

export function commentOnArticle(site: Site): Promise<void> {
  const text = site.random.pick(commentTexts) ?? '';
  return withArticle(site, (input) =>
    commands.commentOnArticle(site.agency('WORKER'), { ...input, text }),
  );
}

export async function publishArticle(site: Site): Promise<void> {
  const text = site.random.pick(articleTexts);
  if (!text) return;
  await commands.publishArticle(site.agency('OFFICER'), {
    platform: site.code,
    ...text,
    placeCode: site.platform.definition.serves[0] ?? '',
  });
}

export async function followChannel(site: Site): Promise<void> {
  const channels = await site.ids(mediaChannels, { filter: {}, sort: { _id: 1 } });
  const mediaChannelId = site.random.pick(channels);
  if (mediaChannelId === undefined) return;
  await commands.followChannel(site.agency('SYSTEM'), { platform: site.code, mediaChannelId });
}

/** New articles are read most. Only simulated ones: the others' counters are published figures. */
async function withArticle(
  site: Site,
  engage: (input: { readonly id: string; readonly channel: Channel }) => Promise<unknown>,
): Promise<void> {
  const newest = await site.ids(articles, {
    filter: { facets: everything, simulated: true },
    sort: { publishedAt: -1, _id: -1 },
  });
  const id = site.random.pickEarly(newest);
  if (id === undefined) return publishArticle(site);
  const channel = site.random.pick(['WECHAT', 'WECHAT', 'WECHAT', 'APP', 'WEBSITE'] as const);
  await engage({ id, channel: channel ?? 'WECHAT' });
}
