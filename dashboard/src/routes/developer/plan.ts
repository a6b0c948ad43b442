/** The plan of an answer, `extensions.onenet.plan`: how the gateway carried the operation out. */
import { list, nullable, number, object, text, type Read, type Reads } from '#lib/api/read.ts';

const step: Read<string> = (value) => String(value);
const platform = { platform: text, name: text, nameEn: text };

const call = object({
  ...platform,
  outcome: text,
  startMs: number,
  durationMs: number,
  bytes: number,
  rows: nullable(number),
  sent: number,
  leftOut: list(object({ path: list(text), reason: text })),
});
export type PlanCall = Reads<typeof call>;

const planStep = object({
  subgraph: text,
  path: list(step),
  entities: nullable(number),
  startMs: number,
  durationMs: number,
  codes: list(text),
  text,
  sent: list(text),
  calls: list(call),
  notAsked: list(object({ ...platform, reason: text })),
});
export type PlanStep = Reads<typeof planStep>;

export const plan = object({
  cost: object({ estimate: number, limit: number }),
  durationMs: number,
  withheld: list(object({ coordinate: text, code: text, scopes: nullable(list(list(text))) })),
  steps: list(planStep),
});
export type Plan = Reads<typeof plan>;

/** Platforms that were not asked, by the reason. */
export function byReason(
  notAsked: PlanStep['notAsked'],
): readonly { readonly reason: string; readonly platforms: PlanStep['notAsked'] }[] {
  const reasons = [...new Set(notAsked.map(({ reason }) => reason))];
  return reasons.map((reason) => ({
    reason,
    platforms: notAsked.filter((each) => each.reason === reason),
  }));
}
