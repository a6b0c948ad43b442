/** What a department's data said of a person, as members and hardship workers show it. Since contract 1.2. */
import { schemaPart } from '../../module.ts';

/** Kept with the record that was asked about, newest first. */
export interface DepartmentCheck {
  readonly department: string;
  readonly question: string;
  readonly outcome: CheckOutcome;
  readonly at: Date;
}

const outcomes = ['MATCHED', 'NOT_MATCHED', 'UNANSWERED'] as const;
export type CheckOutcome = (typeof outcomes)[number];

/** Adds the type to a schema. */
export const addDepartmentCheck = schemaPart(({ builder }) => {
  const Outcome = builder.enumType('CheckOutcome', { values: outcomes });
  return builder.objectRef<DepartmentCheck>('DepartmentCheck').implement({
    fields: (t) => ({
      department: t.exposeString('department', { nullable: true }),
      question: t.exposeString('question', { nullable: true }),
      outcome: t.expose('outcome', { type: Outcome, nullable: true }),
      at: t.expose('at', { type: 'DateTime', nullable: true }),
    }),
  });
});
