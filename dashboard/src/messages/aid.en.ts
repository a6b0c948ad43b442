/** The words of the page on aid, in English. */
import type { aid as zh } from './aid.zh.ts';
import type { Same } from './same.ts';

export const aid: Same<typeof zh> = {
  byForm: 'In which form',
  byChannel: 'Where applied',
  hardship: 'Workers in hardship',
  hardshipExplained: 'How many are on file, and who is looked after',
  breakdown: 'Breakdown',
  noCohort:
    'Applied, paid and completed each count when they happen: no cohort is followed, and their quotient is no rate of approval.',
};
