/** The words of these pages alone, which nobody else has to load. Loaded anew when the address has another language. */
import { chosenLanguage } from '#lib/state/look.ts';
import { loadDeveloperWords } from '#messages/messages.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async ({ url }) => ({
  words: await loadDeveloperWords(chosenLanguage(url.searchParams)),
});
