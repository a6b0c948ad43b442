/** What the parts of the page on data sharing have in common: the filter, names in words, what was just done. */
import { askClients, type Client, type GrantFilter } from '../api/grants.ts';
import { onlyPlatform, type Who } from '../grants.ts';
import { word } from '../../messages/messages.ts';
import type { Dashboard } from './dashboard.svelte.ts';
import { Part } from './part.svelte.ts';

export class Sharing {
  /** What was done last, in words. */
  said = $state('');
  readonly clients = new Part<readonly Client[]>((signal) => askClients(signal));
  readonly #dashboard: Dashboard;
  #changes = $state(0);
  readonly #clients: ReadonlyMap<string, Client> = $derived(
    new Map(this.clients.current?.map((client) => [client.id, client])),
  );

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
  }

  get who(): Who {
    return this.#dashboard.session.current;
  }

  /** A team sees its own platform's part whatever the address says. */
  get filter(): GrantFilter {
    const { platform, client } = this.#dashboard.view;
    return { platform: this.isOfOnePlatform ? '' : platform, client };
  }

  get isOfOnePlatform(): boolean {
    return onlyPlatform(this.who) !== '';
  }

  /** Changes when lists are to be asked for anew. */
  get beat(): { readonly current: number } {
    const beat = this.#dashboard.beat;
    const changes = () => this.#changes;
    return {
      get current() {
        return beat.current + changes();
      },
    };
  }

  /** Something was decided here, or is found to be so elsewhere. */
  changed(): void {
    this.#changes += 1;
  }

  /** In the chosen language; the id of one that is no longer admitted. */
  clientName(id: string, client: Client | null = null): string {
    const known = client ?? this.#clients.get(id);
    if (known) return this.#dashboard.view.language === 'zh' ? known.name : known.nameEn;
    return word(this.#dashboard.words.access.ownClients, id);
  }

  /** Members (read), Members (personal data) */
  scopeName(scope: string): string {
    const { words, format } = this.#dashboard;
    const [module = '', kind = ''] = scope.split(':');
    return format.aside(word(words.moduleNames, module), word(words.access.scopeKinds, kind));
  }

  purposeName(purpose: string): string {
    return word(this.#dashboard.words.access.purposes, purpose);
  }

  untilInWords(until: string | null): string {
    const { words, format } = this.#dashboard;
    return until === null ? words.access.untilRevoked : words.access.untilDay(format.date(until));
  }
}
