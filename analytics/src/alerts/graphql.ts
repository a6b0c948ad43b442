/** Resolvers of alerts. */
import { NetError, type Caller } from '@onenet/contract';
import { refuseUnknown } from '../known.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { attention } from './attention.ts';
import { metricOf, textOf } from './message.ts';
import type { Delivery, Outbox } from './outbox.ts';
import type { Rule } from './rule.ts';
import { theNet } from './rule.ts';
import { hasSample, knownRule, ruleByName, rules } from './rules.ts';
import { setAlertRule, whoIs } from './set-rule.ts';
import type { SetAlertRuleInput } from './set-rule.ts';
import type { Settings, SettingsStore } from './settings.ts';
import { sightOfAlerts } from './sight.ts';
import type { AfterAlert, AlertFilter, Alerts, StoredAlert } from './store.ts';

/** What alerts are kept in, and set by. */
export interface AlertStores {
  readonly ingest: Ingest;
  readonly alerts: Alerts;
  readonly outbox: Outbox;
  readonly settings: SettingsStore;
  /** A rule was changed. */
  readonly changed: () => void;
}

interface AlertsInput {
  readonly state: AlertFilter['state'];
  readonly platforms?: readonly string[] | null;
  readonly rules?: readonly string[] | null;
  readonly leastSeverity?: number | null;
  readonly first: number;
  readonly after?: string | null;
}

interface Context {
  readonly caller: Caller;
}

/** An alert with what was told of it. */
interface ShownAlert extends StoredAlert {
  readonly deliveries: readonly Delivery[];
}

/** A rule with what is set of it. */
interface ShownRule {
  readonly rule: Rule;
  readonly settings: Settings;
}

const mostAlerts = 200;

export function alertResolvers(stores: AlertStores) {
  const { alerts, outbox } = stores;
  return {
    Query: {
      attention: async (
        _: unknown,
        { first }: { readonly first: number | null },
        { caller }: Context,
      ) => {
        const found = await attention(alerts, sightOfAlerts(caller));
        return found.slice(0, Math.max(0, first ?? 10));
      },
      alerts: (_: unknown, { input }: { readonly input: AlertsInput }, { caller }: Context) =>
        listAlerts(stores, input, caller),
      alertRules: async (): Promise<ShownRule[]> => {
        const settings = await stores.settings.read();
        return rules.map((rule) => ({ rule, settings }));
      },
    },
    Mutation: {
      setAlertRule: async (
        _: unknown,
        { input }: { readonly input: SetAlertRuleInput },
        { caller }: Context,
      ): Promise<ShownRule> => {
        const rule = await setAlertRule(stores, input, caller, Date.now());
        stores.changed();
        return { rule, settings: await stores.settings.read() };
      },
      acknowledgeAlert: async (
        _: unknown,
        { id }: { readonly id: string },
        { caller }: Context,
      ): Promise<ShownAlert> => {
        const sight = sightOfAlerts(caller);
        const alert = await alerts.acknowledge(id, whoIs(caller), Date.now(), sight);
        return { ...alert, deliveries: await outbox.ofAlerts([id]) };
      },
    },
    Alert: {
      id: ({ _id }: ShownAlert) => _id,
      platform: ({ platform }: ShownAlert) => (platform === theNet ? null : platform),
      ...ofRule({
        kind: ({ kind }) => kind,
        metric: metricOf,
        label: ({ label }) => label,
        labelEn: ({ labelEn }) => labelEn,
      }),
      text: (alert: ShownAlert) => wordsOf(alert).zh,
      textEn: (alert: ShownAlert) => wordsOf(alert).en,
      sample: ({ sample, rule: name }: ShownAlert) => {
        const rule = ruleByName(name);
        return rule && hasSample(rule) ? sample : null;
      },
      openedAt: ({ openedAt }: ShownAlert) => openedAt.toISOString(),
      seenAt: ({ seenAt }: ShownAlert) => seenAt.toISOString(),
      closedAt: ({ closedAt }: ShownAlert) => closedAt?.toISOString(),
      graverAt: ({ graverAt }: ShownAlert) => graverAt?.toISOString(),
      acknowledgedAt: ({ acknowledgedAt }: ShownAlert) => acknowledgedAt?.toISOString(),
      notifications: ({ deliveries }: ShownAlert) => deliveries,
    },
    AlertNotification: {
      event: ({ event }: Delivery) => event.slice('alert.'.length).toUpperCase(),
      nextAt: ({ state, dueAt }: Delivery) => (state === 'WAITING' ? dueAt.toISOString() : null),
      sentAt: ({ sentAt }: Delivery) => sentAt?.toISOString(),
    },
    AlertRule: {
      ...ofShown(
        (rule) => rule,
        [
          'name',
          'kind',
          'period',
          'comparison',
          'direction',
          'unit',
          'unitEn',
          'leastBound',
          'mostBound',
          'hysteresis',
          'defaults',
          'label',
          'labelEn',
          'explanation',
          'explanationEn',
        ],
      ),
      metric: ({ rule }: ShownRule) => metricOf(rule),
      closeAfterSeconds: ({ rule }: ShownRule) => rule.closeAfterMs / 1000,
      settings: ({ rule, settings }: ShownRule) => settings.of(rule, theNet),
      setBy: ({ rule, settings }: ShownRule) => settings.entry(rule, theNet)?.setBy,
      setAt: ({ rule, settings }: ShownRule) => settings.entry(rule, theNet)?.setAt.toISOString(),
      platforms: ({ rule, settings }: ShownRule, _: unknown, { caller }: Context) => {
        const sight = sightOfAlerts(caller);
        const seen = settings
          .platformsOf(rule)
          .filter(({ platform }) => sight?.includes(platform) ?? true);
        return seen.map(({ platform, setBy, setAt }) => ({
          platform,
          settings: settings.of(rule, platform),
          setBy,
          setAt: setAt.toISOString(),
        }));
      },
    },
  };
}

/** Fields of an alert that its rule answers; of a rule that is no longer in the list there are none. */
function ofRule(fields: Readonly<Record<string, (rule: Rule) => string | null>>) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, read]) => [
      name,
      ({ rule }: ShownAlert) => {
        const known = ruleByName(rule);
        return known && read(known);
      },
    ]),
  );
}

function ofShown<T>(of: (rule: Rule) => T, names: readonly (keyof T & string)[]) {
  return Object.fromEntries(names.map((name) => [name, ({ rule }: ShownRule) => of(rule)[name]]));
}

function wordsOf(alert: StoredAlert): { readonly zh: string; readonly en: string } {
  const rule = ruleByName(alert.rule);
  return rule ? textOf(rule, alert) : { zh: alert.rule, en: alert.rule };
}

async function listAlerts(
  { ingest, alerts, outbox }: AlertStores,
  input: AlertsInput,
  caller: Caller,
) {
  const { state, first, after } = input;
  if (first < 1 || first > mostAlerts) {
    throw new NetError(
      'BAD_INPUT',
      `\`first: ${first}\` is out of range: from 1 to ${mostAlerts}.`,
    );
  }
  const asked = input.platforms ?? undefined;
  refuseUnknown(ingest, { platforms: asked });
  const sight = sightOfAlerts(caller);
  const other = sight && asked?.find((code) => !sight.includes(code));
  if (other !== undefined) {
    throw new NetError(
      'NOT_ALLOWED',
      `\`platforms: "${other}"\`: a platform's team sees the alerts of its own platform, ${sight?.join(', ')}.`,
    );
  }
  const filter: AlertFilter = {
    state,
    platforms: asked ?? sight,
    rules: input.rules?.map((name) => knownRule(name).name),
    leastSeverity: input.leastSeverity ?? undefined,
  };
  // One more tells whether there is a next page.
  const found = await alerts.list(filter, first + 1, after == null ? undefined : readCursor(after));
  const page = found.slice(0, first);
  const deliveries = Map.groupBy(
    await outbox.ofAlerts(page.map(({ _id }) => _id)),
    ({ alert }) => alert,
  );
  const last = page.at(-1);
  return {
    rows: page.map((alert) => ({ ...alert, deliveries: deliveries.get(alert._id) ?? [] })),
    hasNextPage: found.length > first,
    endCursor: last ? cursorOf(last) : null,
  };
}

function cursorOf({ openedAt, _id }: StoredAlert): string {
  return Buffer.from(JSON.stringify([openedAt.getTime(), _id])).toString('base64url');
}

function readCursor(cursor: string): AfterAlert {
  try {
    const [ms, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(ms) && typeof id === 'string') {
      return { openedAt: new Date(Number(ms)), id };
    }
  } catch {
    // It is told below.
  }
  throw new NetError(
    'BAD_CURSOR',
    `\`after\` is no cursor of alerts: take \`endCursor\` of a page.`,
  );
}
