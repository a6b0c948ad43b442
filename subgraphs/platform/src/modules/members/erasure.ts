/** What is left of a member who is erased. */
import type { ErasurePlan } from '../../erase/plan.ts';

export const memberErasure: ErasurePlan = {
  person: 'personal.person',
  identityNumber: 'personal.identityNumber',
  ended: ['REFUSED', 'LEFT', 'TRANSFERRED'],
  left: {
    maskedName: null,
    maskedPhone: null,
    maskedIdentityNumber: null,
    family: [],
    checks: [],
    'personal.name': null,
    'personal.phone': null,
    'personal.identityNumber': null,
    'personal.person': null,
    'personal.family': [],
    'personal.notes': [],
  },
};
