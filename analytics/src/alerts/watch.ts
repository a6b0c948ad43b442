/**
 * Looks by the rules, opens and closes alerts, and sends what is to be told. Each process looks at the platforms that
 * it works on; where two look at one, MongoDB takes the first. Long, because looking, deciding and telling are one story.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { NetOwner } from '@onenet/contract';
import type { FeedStatus } from '../ingest/status.ts';
import { settleMs } from '../months.ts';
import type { SelfCheck } from '../self-check.ts';
import type { Sources } from '../series.ts';
import { History } from './history.ts';
import { judge, severityOf } from './judge.ts';
import { isOfUse, metricReadings } from './metric-readings.ts';
import type { Reading, Readings, Rule } from './rule.ts';
import { theNet } from './rule.ts';
import { ruleByName, rules } from './rules.ts';
import type { Settings, SettingsStore } from './settings.ts';
import {
  FeedTimes,
  feedReading,
  isOfNet,
  monthReading,
  rejectedReadings,
  selfCheckReading,
} from './state-readings.ts';
import type { Alerts, ClosedBecause, StoredAlert } from './store.ts';
import type { Teller } from './teller.ts';

export interface WatchOptions {
  readonly sources: Sources;
  readonly selfCheck: SelfCheck;
  readonly alerts: Alerts;
  readonly settings: SettingsStore;
  readonly teller: Teller;
  readonly log: (message: string, detail?: unknown) => void;
}

const lookEveryMs = 10_000;
/** Metrics are asked for once in so many looks: figures of hours and weeks are none of seconds. */
const metricsEvery = 6;

export class Watch {
  private readonly options: WatchOptions;
  private readonly feedTimes = new FeedTimes();
  private waking = new AbortController();
  private readonly history = new History();

  constructor(options: WatchOptions) {
    this.options = options;
  }

  /** Looks at all of it now: a rule was changed. */
  wake(): void {
    this.waking.abort();
  }

  /** Looks and tells until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const startedMs = Date.now();
    for (let look = 1; !signal.aborted; look += 1) {
      await rest(lookEveryMs, AbortSignal.any([signal, this.waking.signal]));
      if (signal.aborted) return;
      const isAsked = this.waking.signal.aborted;
      if (isAsked) this.waking = new AbortController();
      // Just after the start feeds come in one by one.
      const isTime = isAsked || look <= metricsEvery || look % metricsEvery === 0;
      const nowMs = Date.now();
      await this.attempt('alerts were not looked at', signal, async () => {
        await this.lookAtStates(nowMs);
        if (isTime) await this.lookAtMetrics(nowMs);
        // Just after the start months may be closed late for no other reason.
        const isSettled = nowMs - startedMs > 2 * settleMs;
        if (isTime && isSettled) await this.lookAtMonths(nowMs);
      });
      await this.attempt('alerts were not told', signal, () =>
        this.options.teller.sendDue(Date.now(), signal),
      );
    }
  }

  /** Feeds and the self-check, and what of the open ones has no subject any more. */
  async lookAtStates(nowMs: number): Promise<void> {
    const { sources, selfCheck } = this.options;
    const own = this.ownPlatforms();
    const statuses = new Map(sources.ingest.statuses().map((status) => [status.platform, status]));
    const seconds = new Map(
      [...statuses].map(([code, status]) => [code, this.feedTimes.secondsIn(status, nowMs)]),
    );
    const read = ({ subject }: Rule, platform: string): Reading | undefined => {
      const status: FeedStatus | undefined = statuses.get(platform);
      if (subject.of === 'SELF_CHECK') return selfCheckReading(selfCheck, platform);
      if (subject.of !== 'FEED' || !status) return undefined;
      return feedReading(subject.state, status, seconds.get(platform) ?? 0);
    };
    const readings = new Map(
      rules.map((rule) => [rule.name, readAll(own, (platform) => read(rule, platform))] as const),
    );
    await this.apply(readings, nowMs);
  }

  /** Metrics of the platforms whose feed is in. */
  async lookAtMetrics(nowMs: number): Promise<void> {
    const { sources, settings: store } = this.options;
    const connected = this.connected().map(({ code }) => code);
    const settings = await store.read();
    // Of most metrics nobody has set a bound.
    const on = rules.filter((rule) => settings.isOn(rule));
    const [ofUse, ofEvents] = [on.filter(isOfUse), on.filter((rule) => !isOfUse(rule))];
    const { history } = this;
    const own = this.ownPlatforms();
    const rejected = await rejectedReadings(sources, own, nowMs);
    const ofRejected = on.filter(({ subject }) => subject.of === 'REJECTED');
    await this.apply(new Map(ofRejected.map(({ name }) => [name, rejected])), nowMs);
    await this.apply(await metricReadings(sources, ofEvents, own, nowMs, history), nowMs);
    await this.apply(await metricReadings(sources, ofUse, connected, nowMs, history), nowMs);
  }

  /** Months that are not closed. */
  async lookAtMonths(nowMs: number): Promise<void> {
    const found = await monthReading(this.options.sources, nowMs);
    await this.apply(new Map(rules.filter(isOfNet).map((rule) => [rule.name, found])), nowMs);
  }

  private async apply(readings: Readings, nowMs: number): Promise<void> {
    const { alerts, settings: store } = this.options;
    // Without a directory nobody knows who is connected.
    if (this.options.sources.ingest.netOwners().length === 0) return;
    const settings = await store.read();
    const open = await alerts.open();
    for (const alert of open.filter(({ rule }) => !ruleByName(rule))) {
      // Of a rule that a later version no longer has.
      await alerts.close(alert, 'RULE_OFF', nowMs, () => []);
    }
    for (const rule of rules) {
      const of = open.filter((alert) => alert.rule === rule.name);
      for (const alert of of) {
        const because = this.endOf(rule, alert, settings);
        if (because) await this.close(rule, alert, because, settings, nowMs);
      }
      for (const [platform, reading] of readings.get(rule.name) ?? []) {
        if (!settings.of(rule, platform).enabled) continue;
        const alert = of.find((each) => each.platform === platform);
        await this.decide(rule, platform, reading, alert, settings, nowMs);
      }
    }
  }

  private async decide(
    rule: Rule,
    platform: string,
    { mayClose, ...reading }: Reading,
    alert: StoredAlert | undefined,
    settings: Settings,
    nowMs: number,
  ): Promise<void> {
    const { alerts } = this.options;
    const set = settings.of(rule, platform);
    const verdict = judge(rule, set, { ...reading, mayClose });
    const told = {
      ...reading,
      severity: severityOf(rule, set, { ...reading, mayClose }),
      bound: set.bound,
    };
    if (alert && isOfNet(rule) && alert.about !== reading.about) {
      // That month is closed; the one after it is another matter, and may be open for too long itself.
      await this.close(rule, alert, 'CLEARED', settings, nowMs);
      await this.decide(rule, platform, { ...reading, mayClose }, undefined, settings, nowMs);
    } else if (verdict === 'OPEN' && !alert) {
      await this.open(rule, platform, told, settings, nowMs);
    } else if (verdict !== 'CLOSE' && alert) {
      // What is not past the bound, and not back either, is as grave as it was.
      const severity = verdict === 'OPEN' ? told.severity : alert.severity;
      const still = { ...told, severity };
      if (severity > Math.max(alert.severity, alert.gravest ?? 0)) {
        await this.worsen(rule, alert, still, settings, nowMs);
      } else if (mayClose || verdict === 'OPEN') await alerts.keep(alert, still, nowMs);
    } else if (alert) {
      const sinceMs = alert.backSince?.getTime() ?? nowMs;
      if (nowMs - sinceMs >= rule.closeAfterMs) {
        await this.close(rule, alert, 'CLEARED', settings, nowMs);
      } else if (!alert.backSince) await alerts.back(alert, sinceMs);
    }
  }

  private async open(
    rule: Rule,
    platform: string,
    told: Parameters<Alerts['raise']>[2],
    settings: Settings,
    nowMs: number,
  ): Promise<void> {
    const { alerts, teller, log } = this.options;
    const set = settings.of(rule, platform);
    const owner = this.ownerOf(platform);
    const tell = await teller.deliveries('alert.opened', rule, set, owner, nowMs);
    const opened = await alerts.raise(rule.name, platform, told, nowMs, tell);
    if (opened) log(`alert ${rule.name} of ${platform || 'the net'} is open: ${told.figure}`);
  }

  private async worsen(
    rule: Rule,
    alert: StoredAlert,
    told: Parameters<Alerts['worsen']>[1],
    settings: Settings,
    nowMs: number,
  ): Promise<void> {
    const { alerts, teller, log } = this.options;
    const { platform } = alert;
    const set = settings.of(rule, platform);
    const owner = this.ownerOf(platform);
    const tell = await teller.deliveries('alert.graver', rule, set, owner, nowMs);
    const worse = await alerts.worsen(alert, told, nowMs, tell);
    if (worse) log(`alert ${rule.name} of ${platform || 'the net'} is graver: ${told.figure}`);
  }

  private async close(
    rule: Rule,
    alert: StoredAlert,
    because: ClosedBecause,
    settings: Settings,
    nowMs: number,
  ): Promise<void> {
    const { alerts, teller, log } = this.options;
    const { platform } = alert;
    const set = settings.of(rule, platform);
    const owner = this.ownerOf(platform);
    const tell = await teller.deliveries('alert.closed', rule, set, owner, nowMs);
    const closed = await alerts.close(alert, because, nowMs, tell);
    if (closed) log(`alert ${rule.name} of ${platform || 'the net'} is closed: ${because}`);
  }

  /** Why an open alert ends whatever its figure is; undefined: it does not. */
  private endOf(
    rule: Rule,
    { platform }: StoredAlert,
    settings: Settings,
  ): ClosedBecause | undefined {
    if (!settings.of(rule, platform).enabled) return 'RULE_OFF';
    const isGone = platform !== theNet && !this.connected().some(({ code }) => code === platform);
    return isGone ? 'NOT_CONNECTED' : undefined;
  }

  private connected(): readonly NetOwner[] {
    const owners = this.options.sources.ingest.netOwners();
    return owners.filter(({ connection }) => connection === 'CONNECTED');
  }

  private ownPlatforms(): readonly string[] {
    const { ingest } = this.options.sources;
    return this.connected()
      .map(({ code }) => code)
      .filter((code) => ingest.works(code));
  }

  private ownerOf(platform: string): NetOwner | undefined {
    return this.options.sources.ingest.netOwners().find(({ code }) => code === platform);
  }

  private async attempt(
    what: string,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) this.options.log(what, error);
    }
  }
}

function readAll(
  platforms: readonly string[],
  read: (platform: string) => Reading | undefined,
): ReadonlyMap<string, Reading> {
  return new Map(
    platforms.flatMap((platform) => {
      const reading = read(platform);
      return reading ? [[platform, reading] as const] : [];
    }),
  );
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
