/**
 * By which version of words and layout a brief is shown: the one that it was composed for, whatever came since, so
 * that what was read once reads the same later. What shall be otherwise is another version beside those that were.
 */
import type { Language } from '@onenet/charts';
import { NetError } from '@onenet/contract';
import type { StoredBrief } from './brief.ts';
import { documentOf } from './document.ts';
import type { BriefDocument } from './document.ts';

const renderers: Readonly<
  Record<number, (brief: StoredBrief, language: Language) => BriefDocument>
> = { 1: documentOf };

/** For briefs that are composed now. */
export const newestRenderer = 1;

export function renderedDocument(brief: StoredBrief, language: Language): BriefDocument {
  const render = renderers[brief.renderer];
  if (render) return render(brief, language);
  throw new NetError(
    'WRONG_STATE',
    `The brief ${brief.id} is of version ${brief.renderer}, which this analytics does not know: it is older than the brief.`,
  );
}
