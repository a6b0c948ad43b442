/** The refusal of a step that a record's status does not allow: it names those that it does. */
import { stepsFrom } from './directives.ts';
import { NetError } from './errors.ts';
import { fieldModule } from './field-module.ts';
import type { ModuleName } from './modules.ts';

/** `modules`: those that the owner offers, for nothing else can be done there. */
export function wrongState(
  mutation: string,
  of: string,
  status: string,
  modules: readonly ModuleName[],
): NetError {
  const allowed = stepsFrom(of, status).filter((name) =>
    modules.includes(fieldModule('Mutation', name)),
  );
  const hint =
    allowed.length > 0 ? `From there: ${allowed.join(', ')}.` : 'Nothing is, from there.';
  return new NetError(
    'WRONG_STATE',
    `${mutation} is not possible: the ${of} is ${status}. ${hint}`,
    { status, allowed },
  );
}
