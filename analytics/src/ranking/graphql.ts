/** Resolvers of rankings. */
import { NetError } from '@onenet/contract';
import { inTime } from '../in-time.ts';
import type { Sources } from '../series.ts';
import type { Published } from './edition.ts';
import type { Editions } from './editions.ts';
import { formulaHash, formulas } from './formula.ts';
import type { FormulaPart } from './formula.ts';
import type { PublishRankingInput, RankingPublisher } from './publisher.ts';
import { knownFormula, ofPeers, ranking } from './ranking.ts';
import type { RankingInput } from './ranking.ts';
import { samples } from './samples.ts';

/** What rankings come from, and who publishes them. */
export interface Rankings {
  readonly editions: Editions;
  readonly publisher: RankingPublisher;
}

interface EditionsArguments {
  readonly formula?: string | null;
  readonly first?: number | null;
}

const mostEditions = 120;

export function rankingResolvers(sources: Sources, { editions, publisher }: Rankings) {
  return {
    Query: {
      ranking: (_: unknown, { input }: { readonly input: RankingInput }) =>
        ranking(sources, editions, input, Date.now()),
      rankingFormulas: () => formulas,
      rankingEditions: (_: unknown, args: EditionsArguments) => {
        const formula = args.formula == null ? undefined : knownFormula(args.formula).id;
        return editions.list(formula, limitOf(args.first ?? 24));
      },
      rankingEdition: (_: unknown, { id }: { readonly id: string }) => editions.find(id),
    },
    Mutation: {
      publishRanking: (_: unknown, { input }: { readonly input: PublishRankingInput }) =>
        inTime(publisher.publishNow(input, Date.now()), 'ask for the same again in some seconds'),
    },
    RankingFormula: { hash: formulaHash },
    RankingFormulaPart: {
      sample: ({ sample }: FormulaPart) => sample && samples[sample.of].label,
      sampleEn: ({ sample }: FormulaPart) => sample && samples[sample.of].labelEn,
      minimum: ({ sample }: FormulaPart) => sample?.minimum,
      per: ({ per }: FormulaPart) => per?.metric,
      times: ({ per }: FormulaPart) => per?.times,
      perMinimum: ({ per }: FormulaPart) => per?.minimum,
    },
    RankingEdition: {
      before: ({ before }: Published) => before?.id,
      beforeHash: ({ before }: Published) => before?.hash,
      groups: ({ groups }: Published, { peers }: { readonly peers?: readonly string[] | null }) =>
        ofPeers(groups, peers),
    },
  };
}

function limitOf(first: number): number {
  if (first >= 1 && first <= mostEditions) return first;
  throw new NetError(
    'BAD_INPUT',
    `\`first: ${first}\` is out of range: from 1 to ${mostEditions}.`,
  );
}
