/** The languages of the dashboard; every one has the words that Chinese has. */
import type { Language } from '@onenet/charts';
import { en } from './en.ts';
import type { Same } from './same.ts';
import { zh } from './zh.ts';

export { languages, locales } from '@onenet/charts';
export type { Language } from '@onenet/charts';

/** Same keys as `zh`; a word stays a word, a sentence with blanks keeps its blanks. */
export type Messages = Same<typeof zh>;

export const messages: Readonly<Record<Language, Messages>> = { zh, en };

/** The word for a value of an enum; the value itself where a later contract has added one. */
export function word(words: Readonly<Record<string, string>>, value: string): string {
  return words[value] ?? value;
}
