/** The languages in which figures are written. */

/** The first is the default. */
export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];

/** For the `lang` attribute and `Intl`. */
export const locales: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' };
