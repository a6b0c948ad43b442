/** States that are kept under short names: what a link carries instead of a token of a thousand characters. */
import { askAnalytics } from './client.ts';
import { object, text } from './read.ts';

/** The short name of a state; where it cannot be kept now, the state itself, which says the same at length. */
export async function keptState(state: string): Promise<string> {
  const document = /* GraphQL */ `
    mutation KeepState($state: String!) {
      keepState(state: $state)
    }
  `;
  try {
    const shape = object({ keepState: text });
    const { data } = await askAnalytics(document, { state }, shape, new AbortController().signal);
    return data.keepState;
  } catch {
    return state;
  }
}
