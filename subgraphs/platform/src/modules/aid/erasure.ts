/** What is left of the files, grants and pairings of somebody who is erased. The books of the funds name nobody, and stay. */
import type { ErasurePlan } from '../../erase/plan.ts';

export const fileErasure: ErasurePlan = {
  person: 'personal.person',
  identityNumber: 'personal.identityNumber',
  of: 'memberId',
  ended: ['REFUSED', 'CLOSED'],
  left: {
    maskedName: null,
    maskedPhone: null,
    maskedIdentityNumber: null,
    checks: [],
    'personal.name': null,
    'personal.phone': null,
    'personal.identityNumber': null,
    'personal.householdSize': null,
    'personal.monthlyIncomeFen': null,
    'personal.person': null,
    'personal.notes': [],
  },
  gone: ['personal.identityHash'],
};

export const grantErasure: ErasurePlan = {
  person: 'personal.person',
  of: 'hardshipWorkerId',
  ended: ['COMPLETED', 'REJECTED', 'RETURNED'],
  left: {
    maskedName: null,
    maskedPhone: null,
    'personal.name': null,
    'personal.phone': null,
    'personal.reason': null,
    'personal.person': null,
    'personal.paymentReference': null,
    'personal.notes': [],
  },
};

/** Of a cadre who is erased; the worker is named in the file alone. */
export const pairingErasure: ErasurePlan = {
  person: 'personal.cadre',
  ended: ['ENDED'],
  left: {
    maskedCadreName: null,
    'personal.cadre': { $concat: ['erased ', '$_id'] },
    'personal.cadreName': null,
  },
};
