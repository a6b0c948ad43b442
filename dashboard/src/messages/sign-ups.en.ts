/** The words of the page on sign-ups, in English. */
import type { Same } from './same.ts';
import type { signUps as zh } from './sign-ups.zh.ts';

export const signUps: Same<typeof zh> = {
  byChannel: 'Through which channel',
  byKind: 'Who joins',
  cards: 'Cards',
  cardsExplained: 'How many were issued, whether they are used, and what they bring',
  byCard: 'Which card',
  breakdown: 'Breakdown',
  transfersOfMembers: 'Transfers of members',
  transfersExplained:
    'Members on their way to another platform, newest first: the way and how far it is, nothing personal.',
  transfersNone: 'No transfer yet.',
  openOnes: 'On the way',
  allOnes: 'All',
  whichTransfers: 'Which transfers',
};
