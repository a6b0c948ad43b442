/** The words of the pages on platforms and places, in English. */
import type { Same } from './same.ts';
import type { standing as zh } from './standing.zh.ts';

export const standing: Same<typeof zh> = {
  openOwn: 'Open the page of your platform',
  byPlace: 'Level by level, by place',
  list: 'Platforms by level',
  listExplained: 'Each below the one above it; a name opens its page, a head sorts.',
  listOfTeam: 'Of the others what they publish.',
  contract: 'Contract version',
  newestContract: 'newest',
  behindBy: (n) => `${n} behind`,
  lacks: (n) => `lacks ${n} of what its modules hold`,
  noContract: 'none admitted',
  publishedCount: 'Published figures',
  publishedItems: (n) => `${n}`,
  asPublished: (own) => `You are of the team of ${own}: here is what this platform publishes.`,
  levels: (name) => `${name}, level by level`,
  whoHere: 'Who serves this place, and how much each does',
  peers: 'Platforms of its kind',
  fewPeople:
    'Below the county the people are few and a figure may point at one of them: for the unions themselves, not to be passed on.',
};
