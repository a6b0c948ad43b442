/** Alerts of one process: their stores, made ready, and the watch over the rules. */
import type { Db } from 'mongodb';
import type { AlertStores } from './graphql.ts';
import { Outbox } from './outbox.ts';
import { SettingsStore } from './settings.ts';
import { Alerts } from './store.ts';
import { Teller } from './teller.ts';
import type { Destinations } from './destinations.ts';
import { Watch } from './watch.ts';
import type { WatchOptions } from './watch.ts';

/** What alerts are made of, and where they are told. */
export interface AlertingOptions extends Pick<WatchOptions, 'sources' | 'selfCheck' | 'log'> {
  readonly destinations: () => Promise<Destinations>;
}

/** The watch does not run yet. */
export async function prepareAlerts(
  db: Db,
  { destinations, ...of }: AlertingOptions,
): Promise<{ readonly stores: AlertStores; readonly watch: Watch }> {
  const outbox = new Outbox(db);
  const alerts = new Alerts(db, outbox);
  const settings = new SettingsStore(db);
  await Promise.all([outbox.prepare(), alerts.prepare(), settings.prepare()]);
  const watch = new Watch({ ...of, alerts, settings, teller: new Teller(outbox, destinations) });
  const { ingest } = of.sources;
  return { stores: { ingest, alerts, outbox, settings, changed: () => watch.wake() }, watch };
}
