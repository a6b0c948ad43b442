/** The text of the subgraph `analytics`, as it is composed and served. */
import { readFileSync } from 'node:fs';

/** Federation SDL of the subgraph. */
export const analyticsSdl: string = readFileSync(
  new URL('../analytics.graphql', import.meta.url),
  'utf8',
);
