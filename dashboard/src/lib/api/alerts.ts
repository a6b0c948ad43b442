/** Alerts that are open or were, the rules by which they open, and what people do about them. */
import { askAnalytics, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

const notification = object({
  event: text,
  destination: text,
  state: text,
  attempts: number,
  nextAt: nullable(text),
  sentAt: nullable(text),
  problem: nullable(text),
});

const alert = object({
  id: text,
  rule: text,
  kind: nullable(text),
  metric: nullable(text),
  label: nullable(text),
  labelEn: nullable(text),
  text,
  textEn: text,
  platform: nullable(text),
  severity: number,
  value: number,
  figure: number,
  bound: number,
  sample: nullable(number),
  expected: nullable(number),
  spread: nullable(number),
  from: nullable(text),
  to: nullable(text),
  openedAt: text,
  seenAt: text,
  closedAt: nullable(text),
  closedBecause: nullable(text),
  graverAt: nullable(text),
  acknowledgedAt: nullable(text),
  acknowledgedBy: nullable(text),
  notifications: list(notification),
});
export type Alert = Reads<typeof alert>;

export const alertStates = ['OPEN', 'CLOSED', 'ALL'] as const;
export type AlertState = (typeof alertStates)[number];

export interface AlertsInput {
  readonly state: AlertState;
  readonly platforms?: readonly string[];
  readonly leastSeverity?: number;
  /** At most 200. */
  readonly first: number;
}

const alerts = object({ rows: list(alert), hasNextPage: truth });
export type Alerts = Reads<typeof alerts>;

/** The newest first. */
export async function askAlerts(input: AlertsInput, signal: AbortSignal): Promise<Answer<Alerts>> {
  const document = /* GraphQL */ `
    query Alerts($input: AlertsInput!) {
      alerts(input: $input) {
        rows {
          id
          rule
          kind
          metric
          label
          labelEn
          text
          textEn
          platform
          severity
          value
          figure
          bound
          sample
          expected
          spread
          from
          to
          openedAt
          seenAt
          closedAt
          closedBecause
          graverAt
          acknowledgedAt
          acknowledgedBy
          notifications {
            event
            destination
            state
            attempts
            nextAt
            sentAt
            problem
          }
        }
        hasNextPage
      }
    }
  `;
  const answer = await askAnalytics(document, { input }, object({ alerts }), signal);
  return { ...answer, data: answer.data.alerts };
}

export async function acknowledgeAlert(id: string, signal: AbortSignal): Promise<void> {
  const document = /* GraphQL */ `
    mutation AcknowledgeAlert($id: ID!) {
      acknowledgeAlert(id: $id) {
        id
      }
    }
  `;
  await askAnalytics(document, { id }, object({ acknowledgeAlert: object({ id: text }) }), signal);
}

const settings = object({
  enabled: truth,
  bound: number,
  graverBound: nullable(number),
  minimumSample: number,
  minimumDifference: number,
  severity: number,
  quiet: object({ from: text, to: text, daysOff: truth, gravestWaits: truth }),
});
export type AlertRuleSettings = Reads<typeof settings>;

const rule = object({
  name: text,
  kind: text,
  metric: nullable(text),
  period: text,
  direction: text,
  unit: text,
  unitEn: text,
  leastBound: number,
  mostBound: number,
  label: text,
  labelEn: text,
  explanation: text,
  explanationEn: text,
  settings,
  setBy: nullable(text),
  setAt: nullable(text),
  platforms: list(object({ platform: text, settings, setBy: text, setAt: text })),
});
export type AlertRule = Reads<typeof rule>;

const settingsFields = /* GraphQL */ `
  enabled bound graverBound minimumSample minimumDifference severity
  quiet { from to daysOff gravestWaits }
`;

export async function askAlertRules(signal: AbortSignal): Promise<Answer<readonly AlertRule[]>> {
  const document = /* GraphQL */ `
    query AlertRules {
      alertRules {
        name kind metric period direction unit unitEn leastBound mostBound
        label labelEn explanation explanationEn
        settings { ${settingsFields} } setBy setAt
        platforms { platform settings { ${settingsFields} } setBy setAt }
      }
    }
  `;
  const answer = await askAnalytics(document, {}, object({ alertRules: list(rule) }), signal);
  return { ...answer, data: answer.data.alertRules };
}

/** What is set of a rule; null: as the rule came, or as for all platforms. */
export interface RuleChange {
  readonly rule: string;
  /** Null: all that have none of their own. */
  readonly platform: string | null;
  readonly enabled: boolean;
  readonly bound: number;
  readonly graverBound: number | null;
  readonly severity: number;
  /** Only of rules that have one. */
  readonly minimumSample?: number;
  readonly quiet: AlertRuleSettings['quiet'];
}

export async function setAlertRule(change: RuleChange, signal: AbortSignal): Promise<void> {
  const document = /* GraphQL */ `
    mutation SetAlertRule($input: SetAlertRuleInput!) {
      setAlertRule(input: $input) {
        name
      }
    }
  `;
  await askAnalytics(
    document,
    { input: change },
    object({ setAlertRule: object({ name: text }) }),
    signal,
  );
}
