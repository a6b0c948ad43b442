/** Briefs: what happened in a week or a month, frozen; listed, read, composed. */
import { askAnalytics, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

export const briefKinds = ['WEEK', 'MONTH'] as const;
export type BriefKind = (typeof briefKinds)[number];

const brief = object({
  id: text,
  kind: text,
  period: text,
  platform: nullable(text),
  title: text,
  composedAt: text,
  composedBy: text,
  asOf: text,
  behind: list(text),
  silent: list(text),
  html: text,
  xlsx: text,
});
export type Brief = Reads<typeof brief>;

const wholeBrief = object({
  id: text,
  kind: text,
  period: text,
  platform: nullable(text),
  title: text,
  from: text,
  to: text,
  composedAt: text,
  composedBy: text,
  isDemo: truth,
  asOf: text,
  behind: list(text),
  silent: list(text),
  ranking: nullable(text),
  state: text,
  hash: text,
  html: text,
  xlsx: text,
  figures: list(
    object({
      metric: text,
      value: nullable(number),
      before: nullable(number),
      yearAgo: nullable(number),
      sample: nullable(number),
      upperBound: truth,
    }),
  ),
  sections: list(object({ id: text, title: text, paragraphs: list(text) })),
});
export type WholeBrief = Reads<typeof wholeBrief>;

export type BriefLanguage = 'ZH' | 'EN';

export interface BriefsInput {
  readonly kind?: BriefKind;
  /** Of this platform. */
  readonly platform?: string;
  readonly ofProvince?: boolean;
  /** At most 100. */
  readonly first: number;
}

/** The newest period first. */
export async function askBriefs(
  input: BriefsInput,
  language: BriefLanguage,
  signal: AbortSignal,
): Promise<Answer<readonly Brief[]>> {
  const document = /* GraphQL */ `
    query Briefs($input: BriefsInput!, $language: BriefLanguage!) {
      briefs(input: $input) {
        id
        kind
        period
        platform
        title(lang: $language)
        composedAt
        composedBy
        asOf
        behind
        silent
        html
        xlsx
      }
    }
  `;
  const shape = object({ briefs: list(brief) });
  const answer = await askAnalytics(document, { input, language }, shape, signal);
  return { ...answer, data: answer.data.briefs };
}

/** Null: there is none of this id. */
export async function askBrief(
  id: string,
  language: BriefLanguage,
  signal: AbortSignal,
): Promise<Answer<WholeBrief | null>> {
  const document = /* GraphQL */ `
    query Brief($id: ID!, $language: BriefLanguage!) {
      brief(id: $id) {
        id
        kind
        period
        platform
        title(lang: $language)
        from
        to
        composedAt
        composedBy
        isDemo
        asOf
        behind
        silent
        ranking
        state
        hash
        html
        xlsx
        figures {
          metric
          value
          before
          yearAgo
          sample
          upperBound
        }
        sections(lang: $language) {
          id
          title
          paragraphs
        }
      }
    }
  `;
  const shape = object({ brief: nullable(wholeBrief) });
  const answer = await askAnalytics(document, { id, language }, shape, signal);
  return { ...answer, data: answer.data.brief };
}

export interface BriefSubject {
  readonly kind: BriefKind;
  /** YYYY-MM, or YYYY-Www. */
  readonly period: string;
  /** Null: the province. */
  readonly platform: string | null;
}

/** Its id; what takes long goes on without us, and is then to be asked for by its id. */
export async function composeBrief(
  input: BriefSubject & { readonly evenIfBehind: boolean },
  signal: AbortSignal,
): Promise<string> {
  const document = /* GraphQL */ `
    mutation ComposeBrief($input: ComposeBriefInput!) {
      composeBrief(input: $input) {
        id
      }
    }
  `;
  const shape = object({ composeBrief: object({ id: text }) });
  const { data } = await askAnalytics(document, { input }, shape, signal);
  return data.composeBrief.id;
}
