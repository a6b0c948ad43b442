/** Resolvers of briefs. */
import { languages } from '@onenet/charts';
import type { Language } from '@onenet/charts';
import type { Caller } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import { inTime } from '../in-time.ts';
import { briefId } from './brief.ts';
import type { BriefFigure, StoredBrief } from './brief.ts';
import type { BriefKind } from './calendar.ts';
import type { BriefComposer, ComposeBriefInput } from './composer.ts';
import type { Section } from './document.ts';
import { renderedDocument } from './renderers.ts';
import { checkSightOf, sightOfBriefs } from './sight.ts';
import type { Briefs } from './store.ts';

/** Where briefs are, and who composes them. */
export interface BriefParts {
  readonly briefs: Briefs;
  readonly composer: BriefComposer;
}

/** `BriefsInput` of analytics.graphql. */
interface BriefsInput {
  readonly kind?: BriefKind | null;
  readonly platform?: string | null;
  readonly ofProvince: boolean;
  readonly first: number;
  readonly after?: string | null;
}

interface Context {
  readonly caller: Caller;
}

const mostBriefs = 100;

export function briefResolvers({ briefs, composer }: BriefParts) {
  return {
    Query: {
      briefs: async (_: unknown, { input }: { readonly input: BriefsInput }, context: Context) => {
        const { kind, platform, ofProvince, first, after } = input;
        const own = sightOfBriefs(context.caller);
        if (first < 1 || first > mostBriefs) {
          throw new NetError(
            'BAD_INPUT',
            `\`first: ${first}\` is out of range: from 1 to ${mostBriefs}.`,
          );
        }
        // The province's, whatever platform is named beside it.
        if (ofProvince) checkSightOf(null, context.caller);
        else if (own !== null) checkSightOf(platform ?? own, context.caller);
        const asked = ofProvince ? null : (platform ?? own ?? undefined);
        const filter = { kind: kind ?? undefined, platform: asked, after: after ?? undefined };
        return await briefs.list(filter, first);
      },
      brief: async (_: unknown, { id }: { readonly id: string }, { caller }: Context) => {
        const own = sightOfBriefs(caller);
        const found = await briefs.find(id);
        if (found && own !== null) checkSightOf(found.platform?.code ?? null, caller);
        return found;
      },
    },
    Mutation: {
      composeBrief: (_: unknown, { input }: { readonly input: ComposeBriefInput }) =>
        inTime(
          composer.composeNow(input, Date.now()),
          `ask for \`brief(id: "${briefId(input.kind, input.period, input.platform ?? undefined)}")\` in some seconds`,
        ),
    },
    BriefFigure: {
      sample: ({ samples }: BriefFigure) => samples?.now,
    },
    Brief: {
      platform: ({ platform }: StoredBrief) => platform?.code,
      from: ({ span }: StoredBrief) => span.from,
      to: ({ span }: StoredBrief) => span.to,
      asOf: ({ completeness }: StoredBrief) => completeness.asOf,
      behind: ({ completeness }: StoredBrief) => completeness.behind,
      silent: ({ completeness }: StoredBrief) => completeness.silent,
      ranking: ({ ranking }: StoredBrief) => (ranking?.hash == null ? null : ranking.edition),
      title: (brief: StoredBrief, args: LanguageArgument) =>
        renderedDocument(brief, languageOf(args)).title,
      sections: (brief: StoredBrief, args: LanguageArgument) =>
        renderedDocument(brief, languageOf(args)).sections.map(toldSection),
      html: ({ id }: StoredBrief) => `/briefs/${id}.html`,
      xlsx: ({ id }: StoredBrief) => `/briefs/${id}.xlsx`,
    },
  };
}

interface LanguageArgument {
  readonly lang: string;
}

/** `BriefLanguage` of analytics.graphql. */
function languageOf({ lang }: LanguageArgument): Language {
  return languages.find((language) => language === lang.toLowerCase()) ?? 'zh';
}

function toldSection({ id, title, blocks }: Section) {
  const paragraphs = blocks.flatMap((block) =>
    block.is === 'text' || block.is === 'item' ? [block.text] : [],
  );
  return { id, title, paragraphs };
}
