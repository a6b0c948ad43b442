/** All rules, in the order of CONTRACT.md: core, then those of optional modules. */
import type { Rule } from '../rule.ts';
import { actorAndStateRules } from './actors-and-states.ts';
import { aidRules } from './aid.ts';
import { assertionRules } from './assertion.ts';
import { cardRules } from './cards.ts';
import { contentRules } from './content.ts';
import { correctionRules } from './corrections.ts';
import { deadlineRules } from './deadlines.ts';
import { entityRules } from './entities.ts';
import { errorRules } from './errors.ts';
import { feedRules } from './feed.ts';
import { filterRules } from './filters.ts';
import { listRules } from './lists.ts';
import { matchingRules } from './matching.ts';
import { memberRules } from './members.ts';
import { mutationRules } from './mutations.ts';
import { personalRules } from './personal.ts';
import { schemaRules } from './schema.ts';
import { supervisionRules } from './supervision.ts';
import { transferRules } from './transfers.ts';
import { transportRules } from './transport.ts';
import { typeRules } from './types.ts';

/** Each once. Ids, levels and titles are those of the text, which a test compares. */
export const rules: readonly Rule[] = [
  ...transportRules,
  ...schemaRules,
  ...entityRules,
  ...typeRules,
  ...listRules,
  ...filterRules,
  ...personalRules,
  ...errorRules,
  ...actorAndStateRules,
  ...mutationRules,
  ...deadlineRules,
  ...feedRules,
  ...assertionRules,
  ...memberRules,
  ...contentRules,
  ...supervisionRules,
  ...transferRules,
  ...cardRules,
  ...aidRules,
  ...matchingRules,
  ...correctionRules,
].toSorted((a, b) => placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true }));

function placeOf({ id, module }: Rule): string {
  return module === 'core' ? `0 ${id}` : `1 ${id}`;
}
