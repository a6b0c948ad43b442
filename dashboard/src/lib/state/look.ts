/** How this browser looked last: the language, the colours, the size of type. What the address says comes first. */

import { languages, type Language } from '../../messages/messages.ts';
import { choose } from './choices.ts';

const names = ['lang', 'theme', 'size'] as const;
export type Look = Readonly<Partial<Record<(typeof names)[number], string>>>;

/** `first.js` reads the same, before the first paint. */
const prefix = 'onenet.look.';

export function readLook(storage: Storage): Look {
  try {
    return Object.fromEntries(
      names.flatMap((name) => {
        const kept = storage.getItem(prefix + name);
        return kept === null ? [] : [[name, kept]];
      }),
    );
  } catch {
    return {};
  }
}

/** What the address says, else what was chosen here last, else Chinese. */
export function chosenLanguage(params: URLSearchParams): Language {
  const kept = globalThis.localStorage === undefined ? undefined : readLook(localStorage).lang;
  return choose(params.get('lang') ?? kept ?? null, languages);
}

/** The look with what of `choices` is one. */
export function keepLook(
  storage: Storage,
  look: Look,
  choices: Readonly<Record<string, string>>,
): Look {
  const chosen = names.filter((name) => choices[name] !== undefined);
  if (chosen.length === 0) return look;
  try {
    for (const name of chosen) storage.setItem(prefix + name, choices[name] ?? '');
  } catch {
    // Full or forbidden: the look lasts as long as the address has it.
  }
  return { ...look, ...Object.fromEntries(chosen.map((name) => [name, choices[name]])) };
}
