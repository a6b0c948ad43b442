/** The words of the page on briefs, in English. */
import type { Messages } from './messages.ts';

export const briefs: Messages['briefs'] = {
  title: 'Briefs',
  all: 'All briefs',
  note: 'Weekly on Monday, monthly when the ranking is published; frozen once composed.',
  none: 'There are no briefs yet.',
  whose: 'Whose briefs',
  ofProvince: 'The province',
  kinds: { WEEK: 'Week', MONTH: 'Month' },
  periodOf: (period, from, to) => `${period} · ${from} – ${to}`,
  page: 'Page',
  takeXlsx: 'XLSX',
  openPage: 'Open and print',
  openPageOf: (period) => `Open the page of ${period}`,
  takeXlsxOf: (period) => `Download the XLSX of ${period}`,
  figures: 'Figures',
  figure: 'Metric',
  value: 'Period',
  before: 'Against before',
  yearAgo: 'Against a year ago',
  valueBefore: 'Period before',
  valueYearAgo: 'A year ago',
  frozen: (time, who) => `${who} ${time}`,
  composers: { SCHEDULE: 'composed on schedule', REQUEST: 'composed on request' },
  silent: (names) => `sent nothing: ${names}`,
  lacking: (count) => `${count} platforms not all in`,
  itsRanking: (edition) => `Its ranking: ${edition}`,
  compose: 'Compose',
  composeTitle: 'Compose a brief now',
  composeExplained:
    'One a period, frozen for ever once composed; where there is one, that is opened.',
  kind: 'Kind',
  period: 'Period',
  periodHints: {
    WEEK: 'It must be over, such as 2026-W48.',
    MONTH: 'It must be over, such as 2026-10.',
  },
  evenIfBehind: 'Even if data are not all in or the ranking is not published: what lacks is named',
  composing: (kind, period, duration) => `Composing ${kind} ${period} (${duration})`,
  close: 'Close',
  refusals: {
    NOT_ALLOWED: 'Leaders and administrators have briefs composed.',
    WRONG_STATE:
      'Not yet: data are not all in, or the month’s ranking is not published. It may be composed even so.',
    BAD_INPUT: 'No such period: it must be over, such as 2026-W48 or 2026-10.',
    NOT_FOUND: 'No such platform, or no data of that period.',
    UNAVAILABLE:
      'It did not come within two minutes. Look at the list later, or try again: there is only ever one.',
  },
};
