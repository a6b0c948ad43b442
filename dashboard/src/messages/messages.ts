/** The languages of the dashboard; every one has the words that Chinese has. */
import type { Language } from '@onenet/charts';
import type { developer } from './developer.zh.ts';
import type { Same } from './same.ts';
import type { zh } from './zh.ts';

export { languages, locales } from '@onenet/charts';
export type { Language } from '@onenet/charts';

/** Same keys as `zh`; a word stays a word, a sentence with blanks keeps its blanks. */
export type Messages = Same<typeof zh>;

/** Those of one language: they are loaded on their own, since nobody reads two. */
export async function loadMessages(language: Language): Promise<Messages> {
  return language === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;
}

/** Those of the pages for developers, which have the most, and the fewest readers. */
export type DeveloperWords = Same<typeof developer>;

/** As above. */
export async function loadDeveloperWords(language: Language): Promise<DeveloperWords> {
  return language === 'zh'
    ? (await import('./developer.zh.ts')).developer
    : (await import('./developer.en.ts')).developer;
}

/** The word for a value of an enum; the value itself where a later contract has added one. */
export function word(words: Readonly<Record<string, string>>, value: string): string {
  return words[value] ?? value;
}
