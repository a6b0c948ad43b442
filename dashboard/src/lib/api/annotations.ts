/** What the registry and analytics know of platforms that a line over time may show. */
import { bendingActions, outageRules, type Annotation } from '../annotations.ts';
import { ask, type Answer } from './client.ts';
import { list, nullable, object, text } from './read.ts';

const shape = object({
  registryEvents: nullable(
    object({
      nodes: list(object({ at: text, action: text, platform: nullable(object({ code: text })) })),
    }),
  ),
  alerts: nullable(
    object({
      rows: list(
        object({
          rule: text,
          platform: nullable(text),
          openedAt: text,
          closedAt: nullable(text),
        }),
      ),
    }),
  ),
});

/** Of one platform or of all: the newest 200 lines of each, without what the registry tells of people and grants. */
export async function askAnnotations(
  platform: string | null,
  signal: AbortSignal,
): Promise<Answer<readonly Annotation[]>> {
  const document = /* GraphQL */ `
    query Annotations($platform: ID, $alerts: AlertsInput!) {
      registryEvents(platform: $platform, first: 200) {
        nodes {
          at
          action
          platform {
            code
          }
        }
      }
      alerts(input: $alerts) {
        rows {
          rule
          platform
          openedAt
          closedAt
        }
      }
    }
  `;
  const alerts = {
    state: 'ALL',
    rules: outageRules,
    first: 200,
    ...(platform !== null && { platforms: [platform] }),
  };
  const answer = await ask(document, { platform, alerts }, shape, signal);
  const told = (answer.data.registryEvents?.nodes ?? [])
    .filter(({ action }) => bendingActions.includes(action))
    .map(({ at, action, platform: of }) => ({ at, kind: action, platform: of?.code ?? null }));
  const outages = (answer.data.alerts?.rows ?? []).flatMap(
    ({ rule, platform: of, openedAt, closedAt }) => [
      { at: openedAt, kind: rule, platform: of },
      ...(closedAt === null ? [] : [{ at: closedAt, kind: 'BACK', platform: of }]),
    ],
  );
  return { ...answer, data: [...told, ...outages] };
}
