/** Who answers for a platform's data: named when it is registered, changed by its team. */
import { NetError } from '@onenet/contract';
import { contactFault, type ResponsibleOffice } from '@onenet/platforms';
import type { Fields } from './fields.ts';
import type { Asker, Registry } from './registry.ts';

/** Reads an office with its contacts. */
export function readResponsible(fields: Fields): ResponsibleOffice {
  const contact = (name: 'email' | 'telephone' | 'url') =>
    fields.optional(name, (at) => fields.text(at)) ?? null;
  const responsible: ResponsibleOffice = {
    office: fields.text('office'),
    officeEn: fields.text('officeEn'),
    email: contact('email'),
    telephone: contact('telephone'),
    url: contact('url'),
  };
  const fault = contactFault(responsible);
  if (fault !== null) throw new NetError('BAD_INPUT', `Who is responsible: ${fault}.`);
  return responsible;
}

/** From now on everybody is told this office. */
export async function setResponsible(
  registry: Registry,
  code: string,
  responsible: ResponsibleOffice,
  asker: Asker,
): Promise<void> {
  const { office, email, telephone, url } = responsible;
  const contacts = [email, telephone, url].filter((contact) => contact !== null);
  const detail = `${office}: ${contacts.join(', ')}`;
  await registry.store.change(code, () => ({
    set: { responsible },
    trail: { action: 'RESPONSIBLE_SET', ...asker, version: null, detail, report: null },
  }));
}
