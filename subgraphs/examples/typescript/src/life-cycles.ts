/** The life cycles of records as one table: what each mutation needs, and where it leads. The contract's @step. */
import { NetError } from './errors.ts';

export const open: readonly string[] = ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'];
export const closed: readonly string[] = ['RESOLVED', 'REJECTED'];
/** An organization has it, so there may be one above. */
export const handled: readonly string[] = ['DISPATCHED', 'ACCEPTED'];

interface Step {
  /** The record's type. */
  readonly of: string;
  /** The statuses in which it is allowed. */
  readonly from: readonly string[];
  /** The one that it leads to; null: no change. */
  readonly to: string | null;
}

const request = (from: readonly string[], to: string | null): Step => {
  return { of: 'ServiceRequest', from, to };
};
const member = (from: string, to: string | null): Step => ({ of: 'Member', from: [from], to });

/** In the contract's order: so are those that a refusal names. */
const steps: Readonly<Record<string, Step>> = {
  verifyServiceRequest: request(['SUBMITTED'], 'VERIFIED'),
  dispatchServiceRequest: request(['VERIFIED'], 'DISPATCHED'),
  acceptServiceRequest: request(['DISPATCHED'], 'ACCEPTED'),
  resolveServiceRequest: request(['ACCEPTED'], 'RESOLVED'),
  rejectServiceRequest: request(open, 'REJECTED'),
  addServiceRequestFeedback: request([...open, ...closed, 'RATED'], null),
  rateServiceRequest: request(closed, 'RATED'),
  reopenServiceRequest: request([...closed, 'RATED'], 'ACCEPTED'),
  superviseServiceRequest: request(open, null),
  remindServiceRequest: request(open, null),
  escalateServiceRequest: request(handled, null),
  acceptMember: member('APPLIED', 'ACTIVE'),
  refuseMember: member('APPLIED', 'REFUSED'),
  leaveUnion: member('ACTIVE', 'LEFT'),
  addFamilyMember: member('ACTIVE', null),
  removeFamilyMember: member('ACTIVE', null),
  revokeJoinCode: { of: 'JoinCode', from: ['VALID'], to: 'REVOKED' },
};

/** What a refusal calls a record. */
const words: Readonly<Record<string, string>> = {
  ServiceRequest: 'request',
  Member: 'member',
  JoinCode: 'QR code',
};

/** The status to which a step leads; refuses one that the status does not allow, and names those that it does. */
export function statusAfter(name: string, status: string): string {
  const step = steps[name];
  if (!step) throw new Error(`${name} is no step.`);
  if (step.from.includes(status)) return step.to ?? status;
  const allowed = Object.keys(steps).filter((each) => {
    return steps[each]?.of === step.of && steps[each].from.includes(status);
  });
  const hint =
    allowed.length > 0 ? `From there: ${allowed.join(', ')}.` : 'Nothing is, from there.';
  throw new NetError(
    'WRONG_STATE',
    `${name} is not possible: the ${words[step.of]} is ${status}. ${hint}`,
    { status, allowed },
  );
}
