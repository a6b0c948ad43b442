/** The words of the page on engagement, in English. */
import type { engagement as zh } from './engagement.zh.ts';
import type { Same } from './same.ts';

export const engagement: Same<typeof zh> = {
  byColumn: 'What is read',
  byChannel: 'Through which channel',
  breakdown: 'Breakdown',
  articles: 'Articles',
  articlesExplained:
    'Since each was published, whatever the period; reads of the last minute may still be on their way.',
  whichOrder: 'Order',
  orders: {
    READ_COUNT: 'Most read',
    PUBLISHED_AT: 'Newest',
  },
  untitled: '(title not given)',
};
