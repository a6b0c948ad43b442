/** What `./onenet brief` asks: the list, one composed, and whether one's figures are had again. */
import { NetError } from '@onenet/contract';
import type { StoredBrief } from './brief.ts';
import { briefKinds } from './calendar.ts';
import type { BriefKind } from './calendar.ts';
import type { Sources } from '../series.ts';
import type { BriefParts } from './graphql.ts';
import { differencesOf } from './verify.ts';

/** As many as a terminal shows. */
const listed = 100;

export const briefOperations = {
  '/operation/brief/list': async ({ briefs }: BriefParts, { searchParams }: URL) => {
    const platform = searchParams.get('platform') ?? undefined;
    const kind = searchParams.has('kind') ? kindIn(searchParams) : undefined;
    return (await briefs.list({ kind, platform }, listed)).map(told);
  },
  '/operation/brief/compose': async ({ composer }: BriefParts, { searchParams }: URL) =>
    told(
      await composer.composeNow(
        {
          kind: kindIn(searchParams),
          period: searchParams.get('period') ?? '',
          platform: searchParams.get('platform'),
          evenIfBehind: searchParams.get('evenIfBehind') === 'true',
        },
        Date.now(),
      ),
    ),
  '/operation/brief/verify': async (sources: BriefParts & Sources, { searchParams }: URL) => {
    const id = searchParams.get('id') ?? '';
    const brief = await sources.briefs.find(id);
    if (!brief) throw new NetError('NOT_FOUND', `There is no brief "${id.slice(0, 80)}".`);
    const differences = await differencesOf(sources, brief, Date.now());
    return { id, hash: brief.hash, figures: brief.figures.length, differences };
  },
} as const;

function kindIn(searchParams: URLSearchParams): BriefKind {
  const named = searchParams.get('kind');
  const kind = briefKinds.find((each) => each === named?.toUpperCase());
  if (kind) return kind;
  throw new NetError('BAD_INPUT', `"${named ?? ''}" is no kind of brief: take week or month.`);
}

function told({ id, composedAt, composedBy, completeness, hash }: StoredBrief) {
  return { id, composedAt, composedBy, behind: completeness.behind, hash };
}
