/** What a page asks of the net's use: by platform alone, and for a platform's team of its own alone, since of others it is told no day that is not over. */
import type { Asked } from '../api/metrics.ts';
import { onlyTeamOf } from '../may.ts';
import { byPlatformAlone } from './asked.ts';
import type { Dashboard } from './dashboard.svelte.ts';

/** Laid over what the address asks; who is signed in may become known later. */
export function askedOfUse({ view, session }: Dashboard): Partial<Asked> {
  return {
    ...byPlatformAlone,
    get platforms() {
      const own = onlyTeamOf(session.current);
      return own === null ? view.asked.platforms : [own];
    },
  };
}
