/** The words of the page on usage, in English. */
import type { Messages } from './messages.ts';

export const using: Messages['using'] = {
  grants: 'Grants',
  grantsExplained: 'The team of the platform that is asked decides.',
  waiting: 'To decide',
  late: 'Overdue',
  live: 'Live',
  toGrants: 'See applications and grants',
  reads: 'Who read whose data',
  readsExplained:
    'Records that each client was given by each platform; darker is more, “—” is none.',
  readsOf: (requests) => `${requests} requests`,
  total: 'Total',
  days: (from, to) => (from === to ? `Records of ${from}` : `Records from ${from} to ${to}`),
  who: 'Requests',
  availability: 'Availability and freshness of platforms',
  operations: 'Operations asked most',
  operationsExplained: 'By document and client; failed are those by no fault of the client.',
  requests: 'Requests',
  failed: 'Failed',
  mean: 'Mean ms',
  owners: 'Platforms asked',
  lastSeen: 'Last',
  coordinates: (count) => `The ${count} fields asked most`,
  notKept: 'This net keeps no record of usage.',
  recordBroken: 'The gateway’s record cannot be read now',
  since: (time) => `kept since ${time}`,
};
