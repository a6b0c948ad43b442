/** The words of the wall, in English. */
import type { wall as zh } from './wall.zh.ts';
import type { Same } from './same.ts';

export const wall: Same<typeof zh> = {
  slides: {
    now: 'Now',
    requests: 'Requests · this month',
    people: 'Members and engagement · this month',
    net: 'Data of the platforms',
  },
  pages: 'Pages of the wall',
  pause: 'Stay on this page',
  resume: 'Go on turning',
  fullScreen: 'Full screen',
  leave: 'Leave the wall',
  pageOf: (page: number, of: number) => `Page ${page} of ${of}`,
  updated: (at: string) => `Updated ${at}`,
  stale: (at: string, ago: string) =>
    `Data stands at ${at} (${ago}); connecting again, and catching up by itself.`,
  events: 'Just happened',
  trend30: 'Last 30 days',
  byPlace: (metric: string) => `${metric} · by city`,
  states: 'Connections',
  ofConnected: (answering: number, connected: number) =>
    `${connected} platforms connected, ${answering} with data in order`,
};
