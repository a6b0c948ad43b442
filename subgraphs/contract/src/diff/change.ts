/** One difference between two contracts, and whom it breaks. */

/** The kinds of changes, each with what is different. */
export const changeKinds = {
  TYPE_ADDED: 'a type more',
  TYPE_REMOVED: 'a type less',
  KIND_CHANGED: 'another kind of type',
  INTERFACE_ADDED: 'an interface more',
  INTERFACE_REMOVED: 'an interface less',
  MEMBER_ADDED: 'a member of a union more',
  MEMBER_REMOVED: 'a member of a union less',
  FIELD_ADDED: 'a field more',
  FIELD_REMOVED: 'a field less',
  FIELD_TYPE_CHANGED: 'another type of a field',
  ARGUMENT_ADDED: 'an argument more',
  ARGUMENT_REMOVED: 'an argument less',
  ARGUMENT_TYPE_CHANGED: 'another type of an argument',
  ARGUMENT_DEFAULT_CHANGED: 'another default of an argument',
  INPUT_FIELD_ADDED: 'an input field more',
  INPUT_FIELD_REMOVED: 'an input field less',
  INPUT_FIELD_TYPE_CHANGED: 'another type of an input field',
  INPUT_FIELD_DEFAULT_CHANGED: 'another default of an input field',
  VALUE_ADDED: 'an enum value more',
  VALUE_REMOVED: 'an enum value less',
  DIRECTIVE_ADDED: 'a rule more',
  DIRECTIVE_REMOVED: 'a rule less',
} as const;

export type ChangeKind = keyof typeof changeKinds;

/** Who breaks: readers of answers, or writers of questions. */
export type Breaks = 'output' | 'input';

export interface ContractChange {
  readonly kind: ChangeKind;
  /** Schema coordinate: in the contract after, or, for what is removed, before. */
  readonly coordinate: string;
  /** Null: nobody who keeps to the contract before. */
  readonly breaking: Breaks | null;
  /** What was and what is. */
  readonly message: string;
}
