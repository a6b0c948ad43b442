/** Why a platform has no rank, in words, for whoever reads a published edition. */
import { metricByName } from '../metrics.ts';
import type { Formula, FormulaPart } from './formula.ts';
import { samples } from './samples.ts';
import type { RankingPart, ScoredRow } from './score.ts';

/** In two languages; null where there is a rank. */
export interface Note {
  readonly note: string | null;
  readonly noteEn: string | null;
}

export function noteOf(formula: Formula, { reason, parts }: ScoredRow): Note {
  switch (reason) {
    case null:
      return { note: null, noteEn: null };
    case 'NOT_CONNECTED':
      return { note: '平台尚未接入。', noteEn: 'The platform is not connected.' };
    case 'FEED_BEHIND':
      return {
        note: '期内数据尚未到齐。',
        noteEn: 'Not all that the platform has of the period is in.',
      };
    case 'NO_PEERS':
      return {
        note: '可比的同类平台不足两个。',
        noteEn: 'There are not two platforms of this kind to compare.',
      };
    case 'NOT_OFFERED':
    case 'BELOW_MINIMUM':
    case 'NO_VALUE': {
      const words = formula.parts.flatMap((part, i) => {
        const found = parts[i];
        return found?.reason === reason ? [wordsOf(part, found)] : [];
      });
      return {
        note: `${words.map(({ note }) => note).join('；')}。`,
        noteEn: `${words.map(({ noteEn }) => noteEn).join('; ')}.`,
      };
    }
  }
}

function wordsOf(
  part: FormulaPart,
  found: RankingPart,
): { readonly note: string; readonly noteEn: string } {
  const { label, labelEn } = metricByName(part.metric) ?? { label: '', labelEn: '' };
  if (found.reason === 'NOT_OFFERED') {
    return { note: `${label}：平台未提供`, noteEn: `${labelEn}: not offered` };
  }
  if (found.reason === 'NO_VALUE') {
    return { note: `${label}：期内没有`, noteEn: `${labelEn}: nothing in the period` };
  }
  const lacking = lackOf(part, found);
  return {
    note: `${label}：${lacking.label} ${lacking.has}${lacking.unit}，至少 ${lacking.minimum}${lacking.unit}`,
    noteEn: `${labelEn}: ${lacking.has} ${lacking.labelEn}, at least ${lacking.minimum}`,
  };
}

/** Which of a part's two minima is not reached. */
function lackOf({ sample, per }: FormulaPart, found: RankingPart) {
  if (sample && (found.sample ?? 0) < sample.minimum) {
    const { label, labelEn, unit } = samples[sample.of];
    return { label, labelEn, unit, has: found.sample ?? 0, minimum: sample.minimum };
  }
  const base = metricByName(per?.metric ?? '');
  return {
    label: base?.label ?? '',
    labelEn: (base?.labelEn ?? '').toLowerCase(),
    unit: base?.unit ?? '',
    has: found.per ?? 0,
    minimum: per?.minimum ?? 0,
  };
}
