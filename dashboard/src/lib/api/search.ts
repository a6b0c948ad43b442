/** Places by name or code. */
import { ask, type Answer } from './client.ts';
import { list, nullable, object, text, type Reads } from './read.ts';

const found = object({
  code: text,
  name: text,
  level: text,
  path: list(object({ code: text, name: text })),
});
export type FoundPlace = Reads<typeof found>;

/** Codes have an even number of digits up to the county, and nine or twelve below it. */
const codeForm = /^\d{6,12}$/;

/** The first few whose name has `search` in it, or the one with that code. */
export async function askPlaces(
  search: string,
  signal: AbortSignal,
): Promise<Answer<readonly FoundPlace[]>> {
  const fields = '{ code name level path { code name } }';
  const [document, variables] = codeForm.test(search)
    ? [`query Place($code: ID!) { division(code: $code) ${fields} }`, { code: search }]
    : [
        `query Places($search: String!) { divisions(search: $search, first: 8) ${fields} }`,
        { search },
      ];
  const shape = object({ division: nullable(found), divisions: nullable(list(found)) });
  const answer = await ask(document, variables, shape, signal);
  const { division, divisions } = answer.data;
  return { ...answer, data: divisions ?? (division === null ? [] : [division]) };
}
