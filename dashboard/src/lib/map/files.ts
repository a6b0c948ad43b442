/** The map's files: fetched once, as they stand beside the page, so that they can be replaced. */
import { at } from '../address.ts';
import { Problem, type Answer } from '../api/client.ts';
import { nullable, object, text, type Reads } from '../api/read.ts';
import { readTopology } from './geometry.ts';

export type MapFile = 'hubei-cities' | 'hubei-counties';

const caption = object({
  caption: object({ zh: text, en: text }),
  /** 审图号; null while there is none. */
  approval: nullable(text),
  source: text,
  licence: text,
});
export type Caption = Reads<typeof caption>;

export interface MapFiles {
  readonly topology: ReturnType<typeof readTopology>;
  readonly caption: Caption;
}

const loaded = new Map<MapFile, Promise<MapFiles>>();

export async function askMap(file: MapFile): Promise<Answer<MapFiles>> {
  const coming = loaded.get(file) ?? load(file);
  loaded.set(file, coming);
  try {
    return { data: await coming, problems: [] };
  } catch (cause) {
    // The next attempt begins anew.
    loaded.delete(file);
    throw new Problem('unavailable', null, `the map ${file} cannot be read`, { cause });
  }
}

async function load(file: MapFile): Promise<MapFiles> {
  const [topology, words] = await Promise.all([
    fetchJson(`/map/${file}.topojson`),
    fetchJson('/map/caption.json'),
  ]);
  return { topology: readTopology(topology), caption: caption(words, 'caption') };
}

async function fetchJson(path: string): Promise<unknown> {
  const response = await fetch(at(path));
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}
