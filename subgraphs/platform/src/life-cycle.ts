/** The life cycles of records: the contract's `@step`, kept. */
import { NetError, stepOf, stepsFrom, type StepRule } from '@onenet/contract';

/** Refuses a step that the record's status does not allow, and names those that it does. */
export function assertStep(mutation: string, status: string): StepRule {
  const step = stepOf(mutation);
  if (!step) throw new Error(`${mutation} is no step of the contract.`);
  if (step.from.includes(status)) return step;
  throw wrongState(mutation, step.of, status);
}

/** The refusal of a mutation that a record's status does not allow. */
export function wrongState(mutation: string, of: string, status: string): NetError {
  const allowed = stepsFrom(of, status);
  const hint =
    allowed.length > 0 ? `From there: ${allowed.join(', ')}.` : 'Nothing is, from there.';
  return new NetError(
    'WRONG_STATE',
    `${mutation} is not possible: the ${of} is ${status}. ${hint}`,
    { status, allowed },
  );
}

/** The status to which a step leads. */
export function statusAfter<Status extends string>(step: StepRule, status: Status): Status {
  return (step.to as Status | null) ?? status;
}
