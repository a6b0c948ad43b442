/** The net as the registry, analytics and the gateway's record know it: connections, versions, feeds, the chain, calls. */
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

const feed = object({
  platform: text,
  state: text,
  epoch: number,
  sequence: text,
  lastSequence: nullable(text),
  pending: nullable(number),
  completeTo: nullable(text),
  seenAt: nullable(text),
  lagSeconds: nullable(number),
  head: nullable(text),
  rejected: number,
  contiguous: truth,
  waitingFor: nullable(text),
  waitingSince: nullable(text),
});
export type NetFeed = Reads<typeof feed>;

const selfCheck = object({
  checkedAt: nullable(text),
  ok: truth,
  platformsChecked: number,
  differences: list(
    object({
      platform: text,
      what: text,
      owner: nullable(number),
      raw: nullable(number),
      rollup: nullable(number),
    }),
  ),
});

const state = object({ feeds: list(feed), selfCheck: nullable(selfCheck) });
export type NetState = Reads<typeof state>;

/** Every feed with its place in the chain, and whether raw, rollups and owners agree. */
export function askNetState(signal: AbortSignal): Promise<Answer<NetState>> {
  const document = /* GraphQL */ `
    query NetState {
      feeds {
        platform
        state
        epoch
        sequence
        lastSequence
        pending
        completeTo
        seenAt
        lagSeconds
        head
        rejected
        contiguous
        waitingFor
        waitingSince
      }
      selfCheck {
        checkedAt
        ok
        platformsChecked
        differences {
          platform
          what
          owner
          raw
          rollup
        }
      }
    }
  `;
  return ask(document, {}, state, signal);
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
