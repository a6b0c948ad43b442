/** Maintenance windows: planned ahead, in force by the clock. */
import { NetError } from '@onenet/contract';
import { isInMaintenance } from './entry.ts';
import type { MaintenanceWindow, RegistryEntry } from './entry.ts';
import type { Fields } from './fields.ts';
import type { Asker, Registry } from './registry.ts';
import { newTokenId } from './tokens.ts';

const maxWindows = 20;
const maxDays = 30;
const dayMs = 86_400_000;

/** Reads a window; without `from` it begins now. */
export function parseWindow(fields: Fields, now: Date): MaintenanceWindow {
  const from = fields.optional('from', (at) => fields.moment(at)) ?? now;
  const until = fields.moment('until');
  const reason = fields.text('reason', 500);
  fields.done();
  if (until <= now) throw new NetError('BAD_INPUT', '`until` is over already.');
  if (until <= from) throw new NetError('BAD_INPUT', '`until` must be later than `from`.');
  if (until.getTime() - from.getTime() > maxDays * dayMs) {
    throw new NetError('BAD_INPUT', `A window may last ${maxDays} days; this one lasts longer.`);
  }
  return { id: newTokenId(), from, until, reason };
}

export async function planMaintenance(
  registry: Registry,
  code: string,
  window: MaintenanceWindow,
  asker: Asker,
): Promise<void> {
  await registry.store.change(code, ({ maintenance }) => {
    if (maintenance.length >= maxWindows) {
      throw new NetError('WRONG_STATE', `${code} has ${maxWindows} windows already: cancel one.`);
    }
    const windows = [...maintenance, window].toSorted((a, b) => Number(a.from) - Number(b.from));
    const detail = `${shown(window)}: ${window.reason}`;
    return {
      set: { maintenance: windows },
      trail: { action: 'MAINTENANCE_PLANNED', ...asker, version: null, detail, report: null },
    };
  });
}

/** Cancels one window, or all of them: planned ones never begin, an open one ends. */
export async function cancelMaintenance(
  registry: Registry,
  code: string,
  id: string | null,
  asker: Asker,
): Promise<readonly MaintenanceWindow[]> {
  let cancelled: readonly MaintenanceWindow[] = [];
  await registry.store.change(code, ({ maintenance }) => {
    cancelled = maintenance.filter((window) => id === null || window.id === id);
    if (cancelled.length === 0) {
      const what = id === null ? 'no maintenance window' : `no maintenance window "${id}"`;
      throw new NetError('NOT_FOUND', `${code} has ${what}.`);
    }
    const detail = cancelled.map(shown).join(', ');
    return {
      set: { maintenance: maintenance.filter((window) => !cancelled.includes(window)) },
      trail: { action: 'MAINTENANCE_CANCELLED', ...asker, version: null, detail, report: null },
    };
  });
  return cancelled;
}

/** Codes of the platforms of which the clock has news. */
export function windowsDue(entries: Iterable<RegistryEntry>, now: Date): readonly string[] {
  return [...entries]
    .filter((entry) => entry.inMaintenance !== isInMaintenance(entry, now))
    .map(({ _id: code }) => code);
}

function shown({ from, until }: MaintenanceWindow): string {
  return `${from.toISOString()} to ${until.toISOString()}`;
}
