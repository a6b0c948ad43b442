/** `setAlertRule`: what administrators may set, checked against the rule's limits. */
import { NetError, type Caller } from '@onenet/contract';
import { refuseUnknown } from '../known.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Quiet } from './quiet.ts';
import { isTimeOfDay } from './quiet.ts';
import { isOfNet } from './state-readings.ts';
import type { Rule, RuleSettings, Severity } from './rule.ts';
import { theNet } from './rule.ts';
import { hasSample, knownRule } from './rules.ts';
import type { Changed, SettingsStore } from './settings.ts';

/** `SetAlertRuleInput` of analytics.graphql. Absent: as it is; null: as the next wider has it. */
export interface SetAlertRuleInput {
  readonly rule: string;
  readonly platform?: string | null;
  readonly enabled?: boolean | null;
  readonly bound?: number | null;
  readonly graverBound?: number | null;
  readonly minimumSample?: number | null;
  readonly minimumDifference?: number | null;
  readonly severity?: number | null;
  readonly quiet?: Quiet | null;
}

const most = 1_000_000_000;
const names = [
  'enabled',
  'bound',
  'graverBound',
  'minimumSample',
  'minimumDifference',
  'severity',
  'quiet',
] as const satisfies readonly (keyof RuleSettings)[];

/** Stores a change, and gives the rule that it is of. */
export async function setAlertRule(
  { ingest, settings: store }: { readonly ingest: Ingest; readonly settings: SettingsStore },
  input: SetAlertRuleInput,
  caller: Caller,
  nowMs: number,
): Promise<Rule> {
  const rule = knownRule(input.rule);
  const platform = input.platform ?? theNet;
  if (platform !== theNet) {
    refuseUnknown(ingest, { platforms: [platform] });
    if (isOfNet(rule)) throw refused(`\`platform\`: ${rule.name} is of the net as a whole.`);
  }
  const settings = await store.read();
  const before = settings.entry(rule, platform);
  const changed = changedBy(before?.changed ?? {}, input);
  const wider: RuleSettings = platform === theNet ? rule.defaults : settings.of(rule, theNet);
  check(rule, changed, { ...wider, ...changed });
  await store.add({
    rule: rule.name,
    platform,
    version: (before?.version ?? 0) + 1,
    changed,
    setBy: whoIs(caller),
    setAt: new Date(nowMs),
  });
  return rule;
}

/** Who did something: the person's opaque reference, or the client where there is none. */
export function whoIs({ person, client }: Caller): string {
  return person ?? client;
}

function changedBy(before: Changed, input: SetAlertRuleInput): Changed {
  const given = names.filter((name) => input[name] !== undefined);
  if (given.length === 0) throw refused(`Nothing is to be set: give one of ${names.join(', ')}.`);
  const changed = { ...before, ...Object.fromEntries(given.map((name) => [name, input[name]])) };
  // Of null nothing is left: the next wider holds again. What is not of its type was refused by GraphQL.
  const set = Object.entries(changed).filter(([, value]) => value !== null);
  return Object.fromEntries(set) as Changed;
}

function check(rule: Rule, changed: Changed, whole: RuleSettings): void {
  const { leastBound, mostBound, name } = rule;
  within('bound', changed.bound, leastBound, mostBound, rule);
  within('graverBound', changed.graverBound, leastBound, mostBound, rule);
  within('minimumSample', changed.minimumSample, 0, most, rule);
  within('minimumDifference', changed.minimumDifference, 0, most, rule);
  within('severity', changed.severity satisfies Severity | undefined, 1, 3, rule);
  if (changed.minimumSample !== undefined && !hasSample(rule)) {
    throw refused(`\`minimumSample\`: ${name} has no sample.`);
  }
  if (changed.minimumDifference !== undefined && rule.kind !== 'CHANGE') {
    throw refused(`\`minimumDifference\` is of rules of the kind CHANGE, and ${name} is none.`);
  }
  const { bound, graverBound } = whole;
  const isBefore = rule.direction === 'BELOW' ? (a: number, b: number) => a > b : isLess;
  if (graverBound !== null && isBefore(graverBound, bound)) {
    const side = rule.direction === 'BELOW' ? 'above' : 'below';
    throw refused(
      `\`graverBound: ${graverBound}\` is ${side} \`bound: ${bound}\`: ${name} would be graver before it is one.`,
    );
  }
  const { quiet } = changed;
  for (const end of ['from', 'to'] as const) {
    if (quiet && !isTimeOfDay(quiet[end])) {
      throw refused(
        `\`quiet.${end}: "${quiet[end].slice(0, 20)}"\` is no time of day: from 00:00 to 23:59, in Asia/Shanghai.`,
      );
    }
  }
}

function isLess(a: number, b: number): boolean {
  return a < b;
}

function within(
  field: keyof RuleSettings,
  value: number | null | undefined,
  least: number,
  mostValue: number,
  { name }: Rule,
): void {
  if (value == null || (value >= least && value <= mostValue)) return;
  throw refused(
    `\`${field}: ${value}\` is out of range for ${name}: from ${least} to ${mostValue}.`,
  );
}

function refused(message: string): NetError {
  return new NetError('BAD_INPUT', message);
}
