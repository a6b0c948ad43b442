/** The net as the registry knows it: connections, versions, what happened. */
import { ask, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const skew = object({
  platform: object({ code: text }),
  connection: text,
  version: nullable(number),
  contractVersion: nullable(text),
  behind: nullable(number),
  modules: list(object({ module: text, isOffered: truth, lacks: nullable(list(text)) })),
});
export type PlatformSkew = Reads<typeof skew>;

/** By platform's code: which version each keeps, which modules it offers, what of them it lacks. */
export async function askSkew(signal: AbortSignal): Promise<Answer<readonly PlatformSkew[]>> {
  const document = /* GraphQL */ `
    query Skew {
      skew {
        platform {
          code
        }
        connection
        version
        contractVersion
        behind
        modules {
          module
          isOffered
          lacks
        }
      }
    }
  `;
  const answer = await ask(document, {}, object({ skew: list(skew) }), signal);
  return { ...answer, data: answer.data.skew };
}

const registryEvent = object({
  id: text,
  at: text,
  platform: nullable(object({ code: text })),
  action: text,
  by: text,
  version: nullable(number),
  steps: nullable(list(object({ step: text, ok: truth, findings: list(text) }))),
});
export type RegistryEvent = Reads<typeof registryEvent>;

/** What happened at the registry, newest first. */
export async function askRegistryEvents(
  first: number,
  signal: AbortSignal,
): Promise<Answer<readonly RegistryEvent[]>> {
  const document = /* GraphQL */ `
    query RegistryEvents($first: Int) {
      registryEvents(first: $first) {
        nodes {
          id
          at
          platform {
            code
          }
          action
          by
          version
          steps {
            step
            ok
            findings
          }
        }
      }
    }
  `;
  const shape = object({ registryEvents: object({ nodes: list(registryEvent) }) });
  const answer = await ask(document, { first }, shape, signal);
  return { ...answer, data: answer.data.registryEvents.nodes };
}
