/** How lively each kind of platform is when its activity is simulated. */
import type { PlatformKind } from '@onenet/contract';
import { platformByCode } from './platforms.ts';

/** Of all simulated events, the parts that fall to each. */
export const activityWeights: Readonly<Record<PlatformKind, number>> = {
  PROVINCE: 8,
  AID_CENTRE: 2,
  CITY: 4,
  COUNTY: 2,
  ENTERPRISE: 1,
  UNIVERSITY: 1,
  ZONE: 1,
};

/** The share of one platform in the activity of several, from 0 to 1. */
export function activityShare(code: string, codes: readonly string[]): number {
  const weight = (each: string) => activityWeights[platformByCode(each)?.kind ?? 'ZONE'];
  return weight(code) / codes.reduce((sum, each) => sum + weight(each), 0);
}
