/** What every resolver is given: who asks, one moment for the whole request, the database, and loaders. */
import type { Pool } from 'pg';

export type Row = Record<string, unknown>;

/** This platform: its code, what it serves, and where it keeps its data. */
export interface Platform {
  readonly code: string;
  readonly serves: readonly string[];
  readonly divisions: ReadonlySet<string>;
  readonly pool: Pool;
  /** Its address, whose /join takes applications. */
  readonly frontEnd: string;
}

/** Who performs a mutation: verified by the sidecar, never an argument. */
export interface Actor {
  readonly kind: string;
  readonly reference: string;
}

/** A GraphQL request's context; without a prototype, for yoga copies it. */
export interface Context {
  readonly platform: Platform;
  readonly scopes: ReadonlySet<string>;
  readonly actor: Actor | null;
  readonly now: Date;
  /** The rows of one read. */
  rows(query: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A loader that is made once per request and name. */
  batch(name: string, load: Load): Batch;
  /** Loads records of a view by id, tombstones included. */
  records(view: string): Batch;
}

export function makeContext(platform: Platform, headers: Headers): Context {
  const batches = new Map<string, Batch>();
  const rows: Context['rows'] = async (query, values = []) =>
    (await platform.pool.query<Row>(query, [...values])).rows;
  const batch: Context['batch'] = (name, load) => {
    const known = batches.get(name) ?? new Batch(load);
    batches.set(name, known);
    return known;
  };
  return {
    platform,
    scopes: scopesOf(headers.get('onenet-caller')),
    actor: actorOf(headers.get('onenet-actor')),
    now: new Date(),
    rows,
    batch,
    records: (view) =>
      batch(`record ${view}`, async (ids) => {
        const found = await rows(`SELECT * FROM contract.${view} WHERE id = ANY($1)`, [ids]);
        return new Map(found.map((row) => [String(row['id']), row]));
      }),
  };
}

type Load = (keys: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;

/** Loads many in one query: what is asked for in one turn of the event loop is fetched together. */
export class Batch {
  readonly #load: Load;
  readonly #values = new Map<string, Promise<unknown>>();
  #waiting: string[] = [];
  #running: Promise<ReadonlyMap<string, unknown>> | undefined;

  constructor(load: Load) {
    this.#load = load;
  }

  /** The value of a key, or undefined. */
  get(key: string): Promise<unknown> {
    const known = this.#values.get(key);
    if (known) return known;
    this.#waiting.push(key);
    this.#running ??= this.#run();
    const value = this.#running.then((found) => found.get(key));
    this.#values.set(key, value);
    return value;
  }

  async #run(): Promise<ReadonlyMap<string, unknown>> {
    // Resolvers of the same depth run before this does.
    await new Promise((resolve) => setImmediate(resolve));
    const keys = this.#waiting;
    this.#waiting = [];
    this.#running = undefined;
    // A text with U+0000 cannot be stored, so nothing is found by it.
    return this.#load(keys.filter((key) => !key.includes('\0')));
  }
}

/** The scopes of the caller, from the sidecar's header (base64url JSON). */
function scopesOf(header: string | null): ReadonlySet<string> {
  try {
    const text = Buffer.from(header ?? '', 'base64url').toString();
    const { scopes } = JSON.parse(text) as { scopes: unknown };
    return new Set(Array.isArray(scopes) ? scopes.map(String) : []);
  } catch {
    return new Set();
  }
}

/** The actor, from the sidecar's header (`<kind>:<reference>`). */
function actorOf(header: string | null): Actor | null {
  const match = /^(worker|officer|system):([A-Za-z0-9_.-]{1,64})$/i.exec(header ?? '');
  return match ? { kind: match[1]?.toUpperCase() ?? '', reference: match[2] ?? '' } : null;
}
