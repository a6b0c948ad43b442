/** Rankings as analytics computes them, editions as they were published, and the formulas of both. */
import { askAnalytics, type Answer } from './client.ts';
import { covered, coveredFields, type Scope } from './metrics.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const formulaPart = object({
  metric: text,
  weight: number,
  scale: text,
  per: nullable(text),
  times: nullable(number),
  perMinimum: nullable(number),
  sample: nullable(text),
  sampleEn: nullable(text),
  minimum: nullable(number),
  z: nullable(number),
  prior: nullable(number),
  from: nullable(number),
  to: nullable(number),
  lessIsBetter: nullable(truth),
});
export type FormulaPart = Reads<typeof formulaPart>;

const formula = object({
  id: text,
  label: text,
  labelEn: text,
  explanation: text,
  explanationEn: text,
  parts: list(formulaPart),
  hash: text,
});
export type RankingFormula = Reads<typeof formula>;

const part = object({
  metric: text,
  value: nullable(number),
  per: nullable(number),
  rate: nullable(number),
  sample: nullable(number),
  normalised: nullable(number),
  weight: number,
  contribution: nullable(number),
  reason: nullable(text),
});

const row = object({
  platform: text,
  name: text,
  nameEn: text,
  rank: nullable(number),
  previousRank: nullable(number),
  movement: nullable(number),
  score: nullable(number),
  reason: nullable(text),
  note: nullable(text),
  noteEn: nullable(text),
  parts: list(part),
});
export type RankingRow = Reads<typeof row>;

const group = object({ peers: text, ranked: number, rows: list(row) });
export type RankingGroup = Reads<typeof group>;

const ranking = object({
  formula,
  from: nullable(text),
  to: text,
  partial: truth,
  comparedWith: nullable(text),
  groups: list(group),
  ...covered,
});

const edition = object({
  id: text,
  month: text,
  publishedAt: text,
  publishedBy: text,
  hash: text,
  before: nullable(text),
  corrections: nullable(
    list(
      object({ platform: text, metric: text, published: nullable(number), now: nullable(number) }),
    ),
  ),
});
export type RankingEdition = Reads<typeof edition>;

const wholeEdition = object({
  id: text,
  formula,
  month: text,
  from: text,
  to: text,
  publishedAt: text,
  publishedBy: text,
  hash: text,
  before: nullable(text),
  beforeHash: nullable(text),
  groups: list(group),
});

/** What is shown: computed now, or as an edition froze it. */
export interface Ranked {
  readonly formula: RankingFormula;
  readonly from: string | null;
  readonly to: string;
  readonly groups: readonly RankingGroup[];
  /** The edition against which movement is given; null: none. */
  readonly comparedWith: string | null;
  /** Of what is computed now. */
  readonly live: Reads<typeof ranking> | null;
  /** Of what is published. */
  readonly edition: Reads<typeof wholeEdition> | null;
}

const formulaFields = /* GraphQL */ `
  id label labelEn explanation explanationEn hash
  parts {
    metric weight scale per times perMinimum sample sampleEn minimum z prior from to lessIsBetter
  }
`;
const groupFields = /* GraphQL */ `
  peers ranked
  rows {
    platform name nameEn rank previousRank movement score reason note noteEn
    parts { metric value per rate sample normalised weight contribution reason }
  }
`;

export interface RankingInput extends Scope {
  readonly formula: string;
}

/** As figures are now, or were at `state`. */
export async function askRanking(
  input: RankingInput,
  signal: AbortSignal,
): Promise<Answer<Ranked>> {
  const document = /* GraphQL */ `
    query Ranking($input: RankingInput!) {
      ranking(input: $input) {
        formula { ${formulaFields} }
        from to partial comparedWith groups { ${groupFields} } ${coveredFields}
      }
    }
  `;
  const { period, from, to, formula: id, simulated, state } = input;
  const asked = { period, from, to, formula: id, simulated, state };
  const answer = await askAnalytics(document, { input: asked }, object({ ranking }), signal);
  const live = answer.data.ranking;
  return { ...answer, data: { ...live, live, edition: null } };
}

/** As it was published. */
export async function askEdition(id: string, signal: AbortSignal): Promise<Answer<Ranked>> {
  const document = /* GraphQL */ `
    query RankingEdition($id: ID!) {
      rankingEdition(id: $id) {
        id month from to publishedAt publishedBy hash before beforeHash
        formula { ${formulaFields} }
        groups { ${groupFields} }
      }
    }
  `;
  const shape = object({ rankingEdition: wholeEdition });
  const answer = await askAnalytics(document, { id }, shape, signal);
  const published = answer.data.rankingEdition;
  return {
    ...answer,
    data: { ...published, comparedWith: published.before, live: null, edition: published },
  };
}

const editionsAndFormulas = object({
  rankingFormulas: list(formula),
  rankingEditions: list(edition),
});
export type Editions = Reads<typeof editionsAndFormulas>;

/** Every formula, and the published editions of one. */
export function askEditions(of: string, signal: AbortSignal): Promise<Answer<Editions>> {
  const document = /* GraphQL */ `
    query RankingEditions($of: String) {
      rankingFormulas { ${formulaFields} }
      rankingEditions(formula: $of, first: 36) {
        id month publishedAt publishedBy hash before
        corrections { platform metric published now }
      }
    }
  `;
  return askAnalytics(document, { of }, editionsAndFormulas, signal);
}

/** For ever: an edition is never computed again. */
export async function publishRanking(
  input: { readonly formula: string; readonly month: string; readonly evenIfBehind: boolean },
  signal: AbortSignal,
): Promise<string> {
  const document = /* GraphQL */ `
    mutation PublishRanking($input: PublishRankingInput!) {
      publishRanking(input: $input) {
        id
      }
    }
  `;
  const shape = object({ publishRanking: object({ id: text }) });
  const { data } = await askAnalytics(document, { input }, shape, signal);
  return data.publishRanking.id;
}
