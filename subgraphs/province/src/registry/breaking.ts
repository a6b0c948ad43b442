/** What a version takes away compared with the current one, weighed by who really used it. */
import type { CurrentVersion } from './entry.ts';
import { step } from './report.ts';
import type { Finding, Step } from './report.ts';
import type { ClientUse, Usage, UsageOf } from './usage.ts';

/** Days for which nobody may have used what is taken away unasked. */
export const defaultUsageDays = 30;

/** What its team knows to be breaking and wants all the same. */
export interface Accepted {
  readonly all: boolean;
  readonly coordinates: readonly string[];
}

type Offer = Pick<CurrentVersion, 'modules' | 'lacks' | 'additions'>;

/** Something that was offered and is no more. */
interface Removal {
  /** A coordinate, or a module's name. */
  readonly name: string;
  readonly what: 'module' | 'coordinate' | 'addition';
}

/** A removal is refused if somebody used it, or if nobody knows, unless it is accepted by name. */
export async function weighBreaking(
  code: string,
  before: Offer | null,
  after: Offer,
  accepted: Accepted,
  usageOf: UsageOf,
  usageDays: number,
): Promise<Step> {
  const removals = before === null ? [] : removalsOf(before, after);
  if (removals.length === 0) return step('BREAKING', true);
  const usage = await usageOf(
    code,
    removals.map(({ name }) => name),
  );
  const weighed = removals.map((removal) => weigh(removal, accepted, usage, usageDays));
  // What refuses comes first: the report is bounded.
  const findings = [...weighed.filter(({ refuses }) => refuses), ...weighed]
    .map(({ finding }) => finding)
    .filter((finding, index, all) => all.indexOf(finding) === index);
  return step('BREAKING', !weighed.some(({ refuses }) => refuses), findings);
}

/** What `after` takes away. A module that is gone is one removal, not one for each of its fields. */
export function removalsOf(before: Offer, after: Offer): readonly Removal[] {
  const modules = before.modules.filter((module) => !after.modules.includes(module));
  const lackedBefore = new Set(before.lacks);
  const added = new Set(after.additions?.coordinates ?? []);
  return [
    ...modules.map((name): Removal => ({ name, what: 'module' })),
    ...after.lacks
      .filter((name) => !lackedBefore.has(name))
      .map((name): Removal => ({ name, what: 'coordinate' })),
    ...(before.additions?.coordinates ?? [])
      .filter((name) => !added.has(name))
      .map((name): Removal => ({ name, what: 'addition' })),
  ];
}

function weigh(
  { name, what }: Removal,
  accepted: Accepted,
  usage: Usage | 'unknown',
  usageDays: number,
): { readonly refuses: boolean; readonly finding: Finding } {
  const gone = `The ${what} ${name} is offered by the current version and not by this one`;
  const advice = `Offer it, or publish with --accept ${name}.`;
  const finding = (code: string, message: string): Finding => ({
    code,
    ...(what === 'module' ? {} : { coordinate: name }),
    message,
  });
  if (accepted.all || accepted.coordinates.includes(name)) {
    return { refuses: false, finding: finding('REMOVED_ACCEPTED', `${gone}: accepted.`) };
  }
  if (usage === 'unknown') {
    const message = `${gone}, and who uses it is unknown. ${advice}`;
    return { refuses: true, finding: finding('REMOVED_USE_UNKNOWN', message) };
  }
  const clients = usage.clients.get(name) ?? [];
  if (clients.length > 0) {
    const message = `${gone}, and is used by ${clients.slice(0, 10).map(told).join(', ')}. ${advice}`;
    return { refuses: true, finding: finding('REMOVED_IN_USE', message) };
  }
  if (usage.days < usageDays) {
    const message = `${gone}, and who uses it is known of ${usage.days} days, which is fewer than ${usageDays}. ${advice}`;
    return { refuses: true, finding: finding('REMOVED_USE_UNKNOWN', message) };
  }
  const message = `${gone}; nobody used it in the ${usage.days} days before.`;
  return { refuses: false, finding: finding('REMOVED_UNUSED', message) };
}

function told({ client, requests }: ClientUse): string {
  return `${client} (${requests} request${requests === 1 ? '' : 's'} in 90 days)`;
}
