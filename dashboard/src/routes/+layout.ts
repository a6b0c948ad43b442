/** Everything is drawn in the browser: the figures are the net's, and no server of ours has them. */
import { chosenLanguage } from '#lib/state/look.ts';
import type { Said } from '#lib/state/dashboard.svelte.ts';
import { loadMessages } from '#messages/messages.ts';

export const ssr = false;

// Asked for as soon as this is here, beside the page's own scripts.
const first = firstWords();

/** The words come before the page: nothing is shown in another language first. */
export function load(): Promise<Said> {
  return first;
}

async function firstWords(): Promise<Said> {
  const language = chosenLanguage(new URLSearchParams(globalThis.location?.search));
  return { language, words: await loadMessages(language) };
}
