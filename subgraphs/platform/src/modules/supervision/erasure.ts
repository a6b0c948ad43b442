/** What is left of questions and answers about a request of somebody who is erased: officers may have named them. */
import { erasedText, type ErasurePlan } from '../../erase/plan.ts';

export const supervisionErasure: ErasurePlan = {
  of: 'requestId',
  ended: ['CLOSED'],
  left: { question: erasedText, answer: erasedText },
};
