/** The words of every language at once: for tests. A page loads those of its own language alone. */
import type { Language } from '@onenet/charts';
import { en } from './en.ts';
import type { Messages } from './messages.ts';
import { zh } from './zh.ts';

export const messages: Readonly<Record<Language, Messages>> = { zh, en };
