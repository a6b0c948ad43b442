/** The words of supervision and of whatever is done here, in English. */
import type { Messages } from './messages.ts';

export const supervising: Messages['supervising'] = {
  ask: 'Supervise',
  askAbout: 'Ask the platform about this request',
  askAboutFigure: 'Ask the platform about this figure',
  askOf: (platform) => `Supervision: ${platform}`,
  ofOutlier: (platform, what) => `Supervise ${platform}: ${what}`,
  send: 'Send',
  about: 'About',
  office: 'Office that asks',
  officeSuch: 'Such as: general office of the provincial federation',
  question: 'What is to be explained or done',
  noNames: 'No names or telephone numbers of workers: offices speak, not people.',
  answerBy: 'Answer by',
  answerByHint: 'Left empty: five working days.',
  noneYet: 'Nothing was asked yet.',
  which: 'Which supervisions',
  choices: {
    ALL: 'All',
    WAITING: 'Waiting for an answer',
    ANSWERED: 'Answered, to be read',
    OVERDUE: 'Overdue',
  },
  steps: { answer: 'Answer', return: 'Return', close: 'Close' },
  stepTitles: {
    answer: 'Answer a supervision',
    return: 'Return the answer',
    close: 'Close the supervision',
  },
  answer: 'Answer',
  result: 'Where it stands',
  stillAsked: 'What is still asked',
  closeExplained: 'No further answer is asked for. The answer stays on record.',
  dropExplained: 'Not answered yet: closed now, the platform need not answer.',
  sent: (platform) => `Supervision sent to ${platform}.`,
  refusals: {
    NOT_ALLOWED:
      'Not yours to do: leaders ask, return and close, the team of the platform that is asked answers.',
    ACTOR_NOT_ALLOWED: 'Sign in first: somebody must have asked.',
    WRONG_STATE:
      'It has changed since, and may be answered or closed. Close this and look at it anew.',
    NOT_FOUND: 'The platform no longer has this request or supervision.',
    NOT_OFFERED: 'The platform does not offer supervision.',
    BAD_INPUT:
      'The platform does not take what was entered: the deadline must be after now, the text not empty.',
    OUTCOME_UNKNOWN:
      'The platform did not answer in time; whether it took this is unknown. Send it again: the same is not taken twice.',
    OWNER_FAILED: 'The platform did not answer. Send it again later: the same is not taken twice.',
  },
};

export const acting: Messages['acting'] = {
  cancel: 'Cancel',
  working: 'Sending',
};
