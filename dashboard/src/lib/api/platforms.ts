/** What the province answers: the platforms of the net and the divisions of the country. */
import { ask, Problem, type Answer } from './client.ts';
import { list, nullable, number, object, text, type Reads } from './read.ts';

const publishedFigure = object({
  key: text,
  label: text,
  labelEn: text,
  value: number,
  unit: text,
  qualifier: text,
  metric: nullable(text),
  asOf: text,
  scope: nullable(text),
  quotation: text,
});
export type PublishedFigure = Reads<typeof publishedFigure>;

/** Who answers for a platform's data. */
export const office = object({
  office: text,
  officeEn: text,
  email: nullable(text),
  telephone: nullable(text),
  url: nullable(text),
});
export type Office = Reads<typeof office>;

/** What is asked of an {@link Office}. */
export const officeFields = /* GraphQL */ `responsible { office officeEn email telephone url }`;

const named = object({ code: text, name: text });

const platform = object({
  code: text,
  name: text,
  nameEn: text,
  kind: text,
  connection: text,
  registeredAt: text,
  parent: nullable(object({ code: text, name: text, nameEn: text })),
  serves: list(named),
  modules: list(text),
  latitude: nullable(number),
  longitude: nullable(number),
  publishedFigures: list(publishedFigure),
  demoNotice: nullable(text),
  responsible: nullable(office),
});
export type Platform = Reads<typeof platform>;

export async function askPlatforms(signal: AbortSignal): Promise<Answer<readonly Platform[]>> {
  const document = /* GraphQL */ `
    query Platforms {
      platforms {
        code
        name
        nameEn
        kind
        connection
        registeredAt
        parent {
          code
          name
          nameEn
        }
        serves {
          code
          name
        }
        modules
        latitude
        longitude
        demoNotice
        ${officeFields}
        publishedFigures {
          key
          label
          labelEn
          value
          unit
          qualifier
          metric
          asOf
          scope
          quotation
        }
      }
    }
  `;
  const answer = await ask(document, {}, object({ platforms: list(platform) }), signal);
  return { ...answer, data: answer.data.platforms };
}

const division = object({
  code: text,
  name: text,
  level: text,
  tableYear: number,
  path: list(object({ code: text, name: text, level: text })),
  children: list(object({ code: text, name: text, level: text })),
  platformsInScope: list(object({ code: text })),
});
export type Division = Reads<typeof division>;

/** One division with the way to it and what lies directly below. */
export async function askDivision(code: string, signal: AbortSignal): Promise<Answer<Division>> {
  const document = /* GraphQL */ `
    query Division($code: ID!) {
      division(code: $code) {
        code
        name
        level
        tableYear
        path {
          code
          name
          level
        }
        children {
          code
          name
          level
        }
        platformsInScope {
          code
        }
      }
    }
  `;
  const shape = object({ division: nullable(division) });
  const answer = await ask(document, { code }, shape, signal);
  const found = answer.data.division;
  if (found === null) {
    throw answer.problems[0] ?? new Problem('unexpected', 'NOT_FOUND', `no division ${code}`);
  }
  return { ...answer, data: found };
}
