/** What the parts of the developer page have in common: who asks, what the net offers them, what is in the editor, what went wrong. */
import { createContext } from 'svelte';
import type { DeveloperWords } from '#messages/messages.ts';
import { ask, type Answer } from '#lib/api/client.ts';
import { list, object, text, type Reads } from '#lib/api/read.ts';
import type { Dashboard } from '#lib/state/dashboard.svelte.ts';
import { Part } from '#lib/state/part.svelte.ts';
import { Credential } from './credential.svelte.ts';
import { firstExample } from './examples.ts';
import { askMetadata, problemOf, type Metadata } from './oauth.ts';
import { Runner } from './runner.svelte.ts';

const client = object({
  id: text,
  name: text,
  nameEn: text,
  scopes: list(text),
  purposes: list(text),
});
export type OwnClient = Reads<typeof client>;

export class Developer {
  readonly credential = new Credential();
  readonly runner = new Runner(this.credential.fetch);
  /** What the editor holds. */
  query = $state(firstExample.query);
  variables = $state(firstExample.variables);
  readonly metadata = new Part<Metadata>(async () => {
    try {
      return { data: await askMetadata(), problems: [] };
    } catch (cause) {
      throw problemOf(cause);
    }
  });
  /** As the province has it; null where nobody has signed in by a credential. */
  readonly client = new Part<OwnClient | null>((signal) => this.#askClient(signal));
  readonly #dashboard: Dashboard;
  readonly words: DeveloperWords;

  /** With the words of these pages, in the chosen language. */
  constructor(dashboard: Dashboard, words: () => DeveloperWords) {
    this.#dashboard = dashboard;
    this.words = $derived(words());
  }

  get isSandbox(): boolean {
    return this.metadata.current?.registration_endpoint != null;
  }

  /** Puts something into the editor. */
  open(example: { readonly query: string; readonly variables: string }): void {
    this.query = example.query;
    this.variables = example.variables;
  }

  /** Whether whoever asks may have a field of these terms, as far as the field alone decides it. */
  mayHave({ share, scope, isPersonal }: Terms): MayHave {
    const signed = this.credential.current;
    if (signed === null) {
      const roles = this.#dashboard.session.current?.roles;
      if (isPersonal) return 'NO';
      const seesAll = roles?.some((role) => role === 'leader' || role === 'team') ?? true;
      return seesAll || share === 'UNCONDITIONAL' ? 'YES' : 'NO';
    }
    if (share === 'NOT_SHARED') return 'NO';
    const isFree = scope.startsWith('core:');
    if (!isFree && !signed.scopes.includes(scope)) return 'SCOPE';
    return share === 'CONDITIONAL' ? 'GRANT' : 'YES';
  }

  async #askClient(signal: AbortSignal): Promise<Answer<OwnClient | null>> {
    const signed = this.credential.current;
    if (signed === null) return { data: null, problems: [] };
    const document = /* GraphQL */ `
      query OwnClient {
        clients {
          id
          name
          nameEn
          scopes
          purposes
        }
      }
    `;
    const shape = object({ clients: list(client) });
    const answer = await ask(document, {}, shape, signal, this.credential.fetch);
    const own = answer.data.clients.find(({ id }) => id === signed.client) ?? null;
    return { ...answer, data: own };
  }
}

export interface Terms {
  readonly share: string;
  readonly scope: string;
  readonly isPersonal: boolean;
}

/** SCOPE: the token lacks it; GRANT: an owner's grant decides. */
export type MayHave = 'YES' | 'SCOPE' | 'GRANT' | 'NO';

export const [useDeveloper, provideDeveloper] = createContext<Developer>();
