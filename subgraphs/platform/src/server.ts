/** One platform over HTTP, behind the front and the guard that a platform in any language has by its sidecar. */
import type { FollowedGrants, Guard } from '@onenet/assertion';
import type { Feed } from '@onenet/feed';
import { startFront, type Front } from '@onenet/sidecar';
import type { Platform } from './context.ts';
import { answerGraphQL, graphqlHandler } from './graphql.ts';

/** A platform with the whole of its feed, and the guard before it. */
export interface ServedPlatform extends Platform {
  readonly feed: Feed;
  readonly guard: Guard;
  /** What it has granted to third parties, if it follows that. */
  readonly grants?: FollowedGrants;
}

/** Serves a platform; port 0 lets the system choose. */
export async function servePlatform(
  platform: ServedPlatform,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Front> {
  const { definition, db, feed, guard } = platform;
  const graphql = graphqlHandler(definition);
  return await startFront({
    name: `platform ${definition.code}`,
    host,
    port,
    guard,
    feed,
    graphql: (call, admitted) => answerGraphQL(graphql, platform, admitted, call),
    async ready() {
      try {
        await db.command({ ping: 1 }, { signal: AbortSignal.timeout(2_000) });
      } catch (error) {
        throw new Error('the database does not answer', { cause: error });
      }
    },
  });
}
