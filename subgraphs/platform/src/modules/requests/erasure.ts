/** What is left of a request whose applicant is erased: what people wrote is gone, the title too. */
import { erasedText, type ErasurePlan } from '../../erase/plan.ts';

export const requestErasure: ErasurePlan = {
  person: 'personal.person',
  ended: ['RESOLVED', 'REJECTED', 'RATED', 'TRANSFERRED'],
  left: {
    title: erasedText,
    maskedApplicantName: null,
    maskedApplicantPhone: null,
    'personal.applicantName': null,
    'personal.applicantPhone': null,
    'personal.description': null,
    'personal.person': null,
    history: {
      $filter: { input: '$history', as: 'each', cond: { $ne: ['$$each.step', 'FEEDBACK'] } },
    },
  },
};
