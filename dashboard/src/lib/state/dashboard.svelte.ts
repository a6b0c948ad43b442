/** What every part of the dashboard uses: the view, the words, the net's platforms and metrics. */
import { createContext } from 'svelte';
import { askDefinitions, definition, type MetricDefinition } from '../api/metrics.ts';
import { askPlatforms, type Platform } from '../api/platforms.ts';
import { list } from '../api/read.ts';
import { Format } from '../format.ts';
import { askMap } from '../map/files.ts';
import { englishNames } from '../map/geometry.ts';
import { loadMessages, type Language, type Messages } from '../../messages/messages.ts';
import { Clock } from './clock.svelte.ts';
import { Live } from './live.svelte.ts';
import { Colours } from './palette.svelte.ts';
import { Part } from './part.svelte.ts';
import { Session } from './session.svelte.ts';
import { keepSnapshot, readSnapshot } from './snapshot.ts';
import { View } from './view.svelte.ts';

/** How often ages on the page are written anew. */
const clockMs = 1000;
/** How often figures that no message brings are asked for anew. */
const beatMs = 30_000;

/** Words, and in which language they are. */
export interface Said {
  readonly language: Language;
  readonly words: Messages;
}

export class Dashboard {
  readonly view = new View();
  readonly colours = new Colours(this.view);
  readonly now = new Clock(clockMs);
  readonly beat = new Clock(beatMs);
  /** First: what is asked waits for it. */
  readonly session = new Session();
  readonly live = new Live();

  /** The words that are here; those of another language take a moment. */
  #said: Said;
  readonly words: Messages;
  readonly format: Format;

  readonly platforms = new Part<readonly Platform[]>((signal) => askPlatforms(signal));
  readonly definitions = new Part<readonly MetricDefinition[]>((signal) => askDefinitions(signal), {
    last: readSnapshot(localStorage, 'definitions', list(definition), Date.now()),
    keep: (data) => keepSnapshot(localStorage, 'definitions', data, Date.now()),
  });

  /** English names of cities, from the map; null where nobody needs them. */
  readonly #cities = new Part<ReadonlyMap<string, string> | null>(async () => {
    if (this.view.language === 'zh') return { data: null, problems: [] };
    const map = await askMap('hubei-cities');
    return { ...map, data: englishNames(map.data.topology) };
  });

  readonly #platforms: ReadonlyMap<string, Platform> = $derived(
    new Map(this.platforms.current?.map((platform) => [platform.code, platform])),
  );
  readonly #definitions: ReadonlyMap<string, MetricDefinition> = $derived(
    new Map(this.definitions.current?.map((metric) => [metric.name, metric])),
  );

  constructor(said: Said) {
    this.#said = $state.raw(said);
    this.words = $derived(this.#said.words);
    this.format = $derived(new Format(this.#said.language, this.#said.words));
    $effect.pre(() => {
      const { language } = this.view;
      if (language === this.#said.language) return;
      loadMessages(language).then(
        (words) => (this.#said = { language, words }),
        // Without a network the page goes on in the language that it has.
        () => undefined,
      );
    });
  }

  platform(code: string): Platform | undefined {
    return this.#platforms.get(code);
  }

  /** In the chosen language; the code while the province has not answered. */
  platformName(code: string): string {
    const platform = this.#platforms.get(code);
    if (platform === undefined) return code;
    return this.view.language === 'zh' ? platform.name : platform.nameEn;
  }

  /** In the chosen language as far as it is known: the province and its cities; else in Chinese. */
  placeName({ code, name }: { readonly code: string; readonly name: string }): string {
    if (this.view.language === 'zh') return name;
    return code === provinceCode ? this.words.province : (this.#cities.current?.get(code) ?? name);
  }

  /** What a metric is; its name alone while analytics has not answered. */
  metric(name: string): MetricDefinition {
    return this.#definitions.get(name) ?? { ...unknownMetric, name, label: name, labelEn: name };
  }

  metricLabel(name: string): string {
    const metric = this.metric(name);
    return this.view.language === 'zh' ? metric.label : metric.labelEn;
  }

  /** 办结诉求（件） */
  metricWithUnit(name: string): string {
    return this.format.aside(this.metricLabel(name), this.format.unit(this.metric(name)));
  }

  metricExplanation(name: string): string {
    const metric = this.metric(name);
    return this.view.language === 'zh' ? metric.explanation : metric.explanationEn;
  }

  /** What changes are measured against, in words; null where nothing is. */
  get comparedWith(): string | null {
    const { period, comparison } = this.view;
    if (comparison === 'NONE' || period === 'ALL') return null;
    return comparison === 'PREVIOUS_PERIOD'
      ? this.words.comparedWith[period]
      : this.words.comparedOtherwise[comparison];
  }
}

const provinceCode = '420000';

const unknownMetric = {
  module: '',
  dimensions: [],
  kind: 'FLOW',
  direction: 'NEUTRAL',
  unit: '',
  unitEn: '',
  explanation: '',
  explanationEn: '',
};

export const [useDashboard, provideDashboard] = createContext<Dashboard>();
