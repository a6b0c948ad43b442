/** The words of every language at once: for tests. A page loads those of its own language alone. */
import type { Language } from '@onenet/charts';
import { developer as developerEn } from './developer.en.ts';
import { developer as developerZh } from './developer.zh.ts';
import { en } from './en.ts';
import type { DeveloperWords, Messages } from './messages.ts';
import { zh } from './zh.ts';

export const messages: Readonly<
  Record<Language, Messages & { readonly developer: DeveloperWords }>
> = { zh: { ...zh, developer: developerZh }, en: { ...en, developer: developerEn } };
