/** What is left of what clients said about a record of somebody who is erased. */
import { erasedText, type ErasurePlan } from '../../erase/plan.ts';

export const correctionErasure: ErasurePlan = {
  of: 'recordId',
  ended: ['CONFIRMED', 'REJECTED'],
  left: { answer: erasedText, 'personal.text': null, 'personal.validFrom': null },
};
