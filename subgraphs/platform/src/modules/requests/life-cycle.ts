/** The life cycle of a request as one table: which step leads from where to where. */
import { NetError } from '@onenet/contract';
import type { RequestCategory, RequestStatus } from '@onenet/platforms';

/** A mutation → the statuses in which it is allowed, and the one that it leads to (null: no change). */
export const requestSteps = {
  verifyServiceRequest: { from: ['SUBMITTED'], to: 'VERIFIED' },
  dispatchServiceRequest: { from: ['VERIFIED'], to: 'DISPATCHED' },
  acceptServiceRequest: { from: ['DISPATCHED'], to: 'ACCEPTED' },
  resolveServiceRequest: { from: ['ACCEPTED'], to: 'RESOLVED' },
  rejectServiceRequest: {
    from: ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'],
    to: 'REJECTED',
  },
  rateServiceRequest: { from: ['RESOLVED', 'REJECTED'], to: 'RATED' },
  reopenServiceRequest: { from: ['RESOLVED', 'REJECTED', 'RATED'], to: 'ACCEPTED' },
  superviseServiceRequest: {
    from: ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'],
    to: null,
  },
  addServiceRequestFeedback: {
    from: ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED', 'RESOLVED', 'REJECTED', 'RATED'],
    to: null,
  },
} as const satisfies Record<string, RequestStepRule>;

interface RequestStepRule {
  readonly from: readonly RequestStatus[];
  readonly to: RequestStatus | null;
}

export type RequestStepName = keyof typeof requestSteps;

/** A category's own period, in days: by when it is to be resolved, from its submission. */
export const periodDays: Readonly<Record<RequestCategory, number>> = {
  WAGES: 15,
  CONTRACT: 15,
  SAFETY: 7,
  INSURANCE: 20,
  MEDICAL: 15,
  HARDSHIP: 20,
  EMPLOYMENT: 30,
  LEGAL: 30,
  SERVICE: 7,
  OTHER: 15,
};

/** Refuses a step that the status does not allow. */
export function assertAllowed(step: RequestStepName, status: RequestStatus): void {
  const { from }: RequestStepRule = requestSteps[step];
  if (!from.includes(status)) {
    throw new NetError(
      'WRONG_STATE',
      `${step} is not possible: the request is ${status}, and would have to be ${from.join(' or ')}.`,
      { status },
    );
  }
}
