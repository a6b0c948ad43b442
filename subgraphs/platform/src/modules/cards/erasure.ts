/** What is left of the cards and claims of somebody who is erased: a number is somebody's, and is gone. */
import type { ErasurePlan } from '../../erase/plan.ts';

export const cardErasure: ErasurePlan = {
  person: 'personal.person',
  of: 'memberId',
  ended: ['REPLACED', 'CANCELLED'],
  left: {
    maskedHolderName: null,
    maskedNumber: '****',
    'personal.holderName': null,
    // No two cards have the same.
    'personal.number': { $concat: ['erased ', '$_id'] },
    'personal.person': null,
    'personal.notes': [],
  },
};

export const claimErasure: ErasurePlan = {
  of: 'cardId',
  ended: ['PAID', 'REJECTED'],
  left: { 'personal.description': null, 'personal.notes': [] },
};
