/** The life cycles of records: the contract's `@step`, kept. */
import { stepOf, wrongState as refusal, type NetError, type StepRule } from '@onenet/contract';
import type { Platform } from './context.ts';

/** Refuses a step that the record's status does not allow, and names those that it does. */
export function assertStep(
  platform: Pick<Platform, 'definition'>,
  mutation: string,
  status: string,
): StepRule {
  const step = stepOf(mutation);
  if (!step) throw new Error(`${mutation} is no step of the contract.`);
  if (step.from.includes(status)) return step;
  throw wrongState(platform, mutation, step.of, status);
}

/** The refusal of a mutation that a record's status does not allow. */
export function wrongState(
  { definition }: Pick<Platform, 'definition'>,
  mutation: string,
  of: string,
  status: string,
): NetError {
  return refusal(mutation, of, status, definition.modules);
}

/** The status to which a step leads. */
export function statusAfter<Status extends string>(step: StepRule, status: Status): Status {
  return (step.to as Status | null) ?? status;
}
