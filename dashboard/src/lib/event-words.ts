/** What the events of the live feed are about, in words. */
import type { Messages } from '../messages/messages.ts';

/** The words for an event's category: what that is depends on the event's type. */
export function categoryWords(words: Messages, type: string): Readonly<Record<string, string>> {
  const [, subject = ''] = type.split('.');
  const bySubject: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    request: words.categories,
    member: words.memberKinds,
    organization: words.organizationKinds,
    supervision: words.supervisionSubjects,
    card: words.cardKinds,
    claim: words.claimKinds,
    hardship: words.hardshipCauses,
    aid: words.aidForms,
    matching: words.departments,
    lookup: words.matchSubjects,
    correction: words.correctionKinds,
  };
  return bySubject[subject] ?? {};
}
