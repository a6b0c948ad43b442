/** What administrators look after: who signs in, clients that were admitted, and how platforms are registered. */
import { ask, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';
import { office, officeFields } from './platforms.ts';

const client = object({
  id: text,
  name: text,
  nameEn: text,
  kind: text,
  scopes: list(text),
  purposes: list(text),
});
export type AdmittedClient = Reads<typeof client>;

/** With what each was admitted to. */
export async function askAdmittedClients(
  signal: AbortSignal,
): Promise<Answer<readonly AdmittedClient[]>> {
  const document = /* GraphQL */ `
    query AdmittedClients {
      clients {
        id
        name
        nameEn
        kind
        scopes
        purposes
      }
    }
  `;
  const answer = await ask(document, {}, object({ clients: list(client) }), signal);
  return { ...answer, data: answer.data.clients };
}

const person = object({
  id: text,
  name: text,
  roles: list(text),
  platform: nullable(object({ code: text })),
  signsInElsewhere: truth,
  addedAt: text,
});
export type Person = Reads<typeof person>;

/** Who signs in, by name. */
export async function askPeople(signal: AbortSignal): Promise<Answer<readonly Person[]>> {
  const document = /* GraphQL */ `
    query People {
      people {
        id
        name
        roles
        platform {
          code
        }
        signsInElsewhere
        addedAt
      }
    }
  `;
  const answer = await ask(document, {}, object({ people: list(person) }), signal);
  return { ...answer, data: answer.data.people };
}

const platform = object({
  code: text,
  kind: text,
  connection: text,
  registeredAt: text,
  contractVersion: nullable(text),
  responsible: nullable(office),
  currentVersion: nullable(object({ number, at: text, by: text, additions: list(text) })),
  maintenance: nullable(list(object({ id: text, from: text, until: text, reason: text }))),
});
export type RegisteredPlatform = Reads<typeof platform>;

export async function askRegisteredPlatforms(
  signal: AbortSignal,
): Promise<Answer<readonly RegisteredPlatform[]>> {
  const document = /* GraphQL */ `
    query RegisteredPlatforms {
      platforms {
        code kind connection registeredAt contractVersion ${officeFields}
        currentVersion { number at by additions }
        maintenance { id from until reason }
      }
    }
  `;
  const answer = await ask(document, {}, object({ platforms: list(platform) }), signal);
  return { ...answer, data: answer.data.platforms };
}
