/** What a category is called: every module has its own, and some codes belong to two (MEDICAL, EMPLOYMENT). */
import type { Messages } from '#messages/messages.ts';

/** In the words of the first of `modules` that knows it; columns of articles are called as platforms call them. */
export function categoryWord(words: Messages, modules: readonly string[], key: string): string {
  const lists: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    requests: words.categories,
    members: words.memberKinds,
    cards: { ...words.cardKinds, ...words.claimKinds },
    aid: { ...words.aidForms, ...words.hardshipCauses },
    content: {},
  };
  for (const module of modules) {
    const said = Object.entries(lists[module] ?? {}).find(([code]) => code === key);
    if (said) return said[1];
  }
  return key;
}
