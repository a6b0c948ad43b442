/** What `./onenet analytics check` looks at: one finding a line, right or wrong, each with what it compared. */
import type { Briefs } from '../briefs/store.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { floorOf } from '../ingest/floors.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Intent, Position, Positions } from '../ingest/positions.ts';
import { epochStates, epochTables } from '../ingest/tables.ts';
import { deduplicationWindowBlocks, pendingMigrations } from '../migrate.ts';
import type { Editions } from '../ranking/editions.ts';
import type { SelfCheck } from '../self-check.ts';
import { differingTotals, gaps } from './totals.ts';

export interface Finding {
  /** `migrations`, a table, `intents`, `rankings`, `briefs`, or a platform's code. */
  readonly subject: string;
  readonly ok: boolean;
  readonly found: string;
}

export interface Checked {
  readonly engine: string;
  readonly findings: readonly Finding[];
  /** What no check here can say, because it was never tried. */
  readonly notTried: readonly string[];
}

export interface CheckSources {
  readonly clickhouse: ClickHouse;
  readonly ingest: Ingest;
  readonly positions: Positions;
  readonly selfCheck: SelfCheck;
  readonly editions: Editions;
  readonly briefs: Briefs;
}

/** Everything that can be wrong with the stores; `told` hears each finding when it is made. */
export async function check(
  sources: CheckSources,
  told: (finding: Finding) => void,
): Promise<Checked> {
  const findings: Finding[] = [];
  const add = (found: readonly Finding[]): void => {
    for (const finding of found) told(finding);
    findings.push(...found);
  };
  add(await migrationFindings(sources.clickhouse));
  add(await tableFindings(sources.clickhouse));
  add(intentFindings(await sources.positions.openIntents()));
  for (const position of (await sources.positions.all()).values()) {
    if (!sources.ingest.works(position._id)) {
      add([{ subject: position._id, ok: true, found: 'is read by another worker: checked there' }]);
      continue;
    }
    add([await platformFinding(sources, position)]);
    add(await ownerFindings(sources, position._id));
  }
  add([await rankingsFinding(sources.editions)]);
  add([await briefsFinding(sources.briefs)]);
  return { engine: await engineOf(sources.clickhouse), findings, notTried };
}

/** Of cluster mode: the parts that need servers which were not to be had where this was written. */
const notTried: readonly string[] = [
  'cluster mode on real ClickHouse servers: DDL with ON CLUSTER, Replicated engines with Keeper, their deduplication. The same SQL ran on the embedded engine, directly and over HTTP; the DDL of a cluster was only compared as text.',
  'the images and manifests of deploy/ on a container engine or a Kubernetes cluster: their options were compared with the programs, their form with the schemas.',
];

async function engineOf(clickhouse: ClickHouse): Promise<string> {
  const [row] = await clickhouse.rows<{ version: string }>('SELECT version() AS version');
  const where = clickhouse.isServer ? 'server' : 'embedded';
  const cluster = clickhouse.cluster === undefined ? '' : `, cluster ${clickhouse.cluster}`;
  return `ClickHouse ${row?.version ?? '?'} (${where}${cluster})`;
}

async function migrationFindings(clickhouse: ClickHouse): Promise<Finding[]> {
  const pending = await pendingMigrations(clickhouse);
  const found =
    pending.length === 0 ? 'all have run' : `not run: ${pending.join(', ')}; restart analytics`;
  return [{ subject: 'migrations', ok: pending.length === 0, found }];
}

/** Without the window on every view's target a replay counts three times there, and raw is right. */
async function tableFindings(clickhouse: ClickHouse): Promise<Finding[]> {
  const rows = await clickhouse.rows<{ name: string; engine: string; target: string }>(
    `SELECT name, engine_full AS engine, extract(create_table_query, 'TO onenet\\\\.([a-z]+)') AS target
    FROM system.tables WHERE database = 'onenet'`,
  );
  return epochTables.map((table) => {
    const engine = rows.find(({ name }) => name === table)?.engine;
    const hasView = table === 'raw' || rows.some(({ target }) => target === table);
    const window = Number(/deduplication_window = (\d+)/.exec(engine ?? '')?.[1] ?? 0);
    const wrong = [
      ...(engine === undefined ? ['the table is missing'] : []),
      ...(hasView ? [] : ['no view fills it']),
      ...(window === deduplicationWindowBlocks
        ? []
        : [`remembers ${window} blocks for deduplication, not ${deduplicationWindowBlocks}`]),
    ];
    const found = wrong.length === 0 ? `remembers ${window} blocks` : wrong.join(', ');
    return { subject: table, ok: wrong.length === 0, found };
  });
}

/** Some are always open while lines come in; one that stays holds up its platforms. */
function intentFindings(intents: readonly Intent[]): Finding[] {
  const of = (intent: Intent): string =>
    intent.members.map(({ platform, from, to }) => `${platform} ${from}–${to}`).join(', ');
  const old = intents.filter(({ openedAt }) => Date.now() - (openedAt?.getTime() ?? 0) > staleMs);
  const found =
    old.length === 0
      ? `${intents.length} inserts under way`
      : `an insert does not go through: ${old.map(of).join('; ')}; analytics' log says why`;
  return [{ subject: 'intents', ok: old.length === 0, found }];
}

const staleMs = 60_000;

/** Raw against the rollups and against the position, at one moment between two inserts. */
async function platformFinding(
  { clickhouse, ingest, positions }: CheckSources,
  { _id: platform }: Position,
): Promise<Finding> {
  return await ingest.between(platform, async () => {
    const position = await positions.ensure(platform);
    const states = await epochStates(clickhouse, platform);
    const state = states.find(({ epoch }) => epoch === position.epoch);
    if (!state) {
      const ok = position.sequence === 0;
      const found = ok ? 'nothing came yet' : `raw has nothing of epoch ${position.epoch}`;
      return { subject: platform, ok, found };
    }
    const wrong = [
      ...gaps(state, position.sequence),
      ...(await differingTotals(clickhouse, platform, position.epoch)),
    ];
    const floor = await floorOf(clickhouse, platform, position.epoch);
    const begins = floor === 0 ? '' : `, raw from ${floor + 1} on`;
    const at = `epoch ${position.epoch}, sequence ${position.sequence}${begins}`;
    const found = wrong.length === 0 ? `raw and rollups agree` : wrong.join('; ');
    return { subject: platform, ok: wrong.length === 0, found: `${at}: ${found}` };
  });
}

/** A ranking that was published is what it was. */
async function rankingsFinding(editions: Editions): Promise<Finding> {
  const { count, faults } = await editions.check();
  const found =
    faults.length === 0 ? `${count} editions are as they were published` : faults.join('; ');
  return { subject: 'rankings', ok: faults.length === 0, found };
}

/** A brief is what was composed. */
async function briefsFinding(briefs: Briefs): Promise<Finding> {
  const { count, faults } = await briefs.check();
  const found =
    faults.length === 0 ? `${count} briefs are as they were composed` : faults.join('; ');
  return { subject: 'briefs', ok: faults.length === 0, found };
}

/** The owner's own totals; an owner that does not answer is not wrong, and is named. */
async function ownerFindings(
  { ingest, selfCheck }: CheckSources,
  platform: string,
): Promise<Finding[]> {
  const owner = ingest.netOwners().find(({ code }) => code === platform);
  if (owner?.connection !== 'CONNECTED') return [];
  try {
    const differences = await selfCheck.check(owner);
    if (differences === undefined) {
      return [{ subject: platform, ok: true, found: 'its own totals are ahead: lines are coming' }];
    }
    const told = differences.map(
      ({ what, owner: theirs, raw, rollup }) =>
        `${what}: its own ${theirs}, raw ${raw}, rollups ${rollup ?? '–'}`,
    );
    const found = told.length === 0 ? 'its own totals are the same' : told.join('; ');
    return [{ subject: platform, ok: told.length === 0, found }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ subject: platform, ok: false, found: `its own totals are not to be had: ${why}` }];
  }
}
