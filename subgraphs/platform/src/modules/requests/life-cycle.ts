/** Deadlines of requests. */
import type { RequestCategory } from '@onenet/platforms';

/** A category's own period, in days: by when it is to be resolved, from its submission. */
export const periodDays: Readonly<Record<RequestCategory, number>> = {
  WAGES: 15,
  CONTRACT: 15,
  SAFETY: 7,
  INSURANCE: 20,
  MEDICAL: 15,
  HARDSHIP: 20,
  EMPLOYMENT: 30,
  LEGAL: 30,
  SERVICE: 7,
  OTHER: 15,
};
