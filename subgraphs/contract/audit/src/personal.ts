/** Which of the contract's fields are personal: what its tag says. */
import type { GraphQLField } from 'graphql';

/** Whether a field is tagged as personal. */
export function isPersonal(field: GraphQLField<unknown, unknown>): boolean {
  return (field.astNode?.directives ?? []).some(
    ({ name, arguments: given }) =>
      name.value === 'tag' &&
      given?.some(({ value }) => 'value' in value && value.value === 'personal'),
  );
}
