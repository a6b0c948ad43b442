/**
 * Every figure on every page is what the net answers to whoever asks the same: the page says of each of its parts
 * which questions it answers (`asked` of the dashboard), these are asked again here, and every numeral that can be
 * read must be a number of the answer, at the place that its row and column name. Nothing is listed by hand: what
 * names no question is found as well.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { messages } from '../../dashboard/src/messages/every.ts';
import { ask } from '../fixtures/small-net.ts';
import { leavesOf, textsIn, type Leaf, type Question } from './leaves.ts';
import { isWritten, numeralsOf } from './numerals.ts';
import { paths } from './paths.ts';
import { loaded, seen } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface EveryFigure {
  readonly gateway: () => string;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
}

/** Where there are none. */
const withoutFigures = ['/sign-in', '/developer'];

/** Registers them; they change nothing but the record of who asked. */
export function testEveryFigure({ gateway, open }: EveryFigure): void {
  let compared = 0;
  const shown = paths.filter((path) => !withoutFigures.includes(path));

  test.each(shown)('%s: every figure is the answer to the question that it says', async (path) => {
    await using page = await open('/sign-in');
    const asked = new Asked(page, `${gateway()}/graphql`);
    await page.goto(`${gateway()}${path}?period=YEAR`);
    await loaded(page);
    await seen(page);
    await loaded(page);
    await asTables(page);
    // All of the wall's pages.
    if (path === '/wall') for (let at = 0; at < 3; at++) await page.keyboard.press('ArrowRight');
    // A page asks again by itself: what differs now is the same at its next beat.
    await vi.waitFor(async () => expect(await asked.otherwise(await said(page))).toEqual([]), {
      timeout: Number(process.env['FIG'] ?? 60_000),
      interval: 2_000,
    });
    compared += asked.compared;
  });

  test('thousands of figures were compared', () => {
    expect(compared).toBeGreaterThan(1_500);
  });
}

/** Charts as the tables behind them. */
async function asTables(page: Page): Promise<void> {
  const buttons = page.getByRole('button', { name: '看表格', exact: true });
  while ((await buttons.count()) > 0) await buttons.first().click();
}

/** A text with a digit in it, where it stands, and what its place in the page answers. */
interface Said {
  readonly text: string;
  readonly where: string;
  readonly questions: readonly string[];
  /** Which part of the answer. */
  readonly keys: readonly string[];
}

async function said(page: Page): Promise<readonly Said[]> {
  return await page.evaluate(() => {
    const found: Said[] = [];
    // Times, what others wrote, what can be chosen, and what is drawn: its table stands there.
    const not =
      '[aria-hidden=true], script, style, select, th, time, code, q, textarea, nav, .explanation, .drawing, .aside-voice, [data-key=rank], text';
    const walker = document.createTreeWalker(
      document.querySelector('main') ?? document.body,
      NodeFilter.SHOW_TEXT,
    );
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = (node.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
      if (!element || !/\d/.test(text) || element.closest(not)) continue;
      if (element.localName !== 'title' && element.getClientRects().length === 0) continue;
      const questions: string[] = [];
      const keys: string[] = [];
      for (let each: Element | null = element; each; each = each.parentElement) {
        const of = each.getAttribute('data-questions');
        const key = each.getAttribute('data-key');
        if (of) questions.push(...of.split('\n'));
        if (key) keys.push(key);
      }
      found.push({
        text,
        where: element.closest('section')?.querySelector('h2')?.textContent?.trim() ?? '',
        questions,
        keys,
      });
    }
    return found;
  });
}

/** What a page asks, and what is answered to whoever asks the same. */
class Asked {
  compared = 0;
  readonly #documents = new Map<string, string>();
  /** Of a question, as the page was answered last. */
  readonly #last = new Map<string, unknown>();
  readonly #graphql: string;

  constructor(page: Page, graphql: string) {
    this.#graphql = graphql;
    // What does not come because the page is closed is not kept.
    page.on('response', (response) => {
      if (response.url() !== graphql) return;
      const { query, variables } = response.request().postDataJSON() as {
        query: string;
        variables: object;
      };
      const [, name = ''] = /query (\w+)/.exec(query) ?? [];
      this.#documents.set(name, query);
      void response.json().then(
        ({ data }: { data?: unknown }) =>
          this.#last.set(`${name} ${JSON.stringify(variables)}`, data),
        () => undefined,
      );
    });
  }

  /** What is said otherwise than it is answered. */
  async otherwise(all: readonly Said[]): Promise<readonly string[]> {
    const questions = new Set(all.flatMap((each) => each.questions));
    const answers = new Map<string, unknown>();
    for (const each of questions) answers.set(each, await this.#answer(each));
    const leaves = new Map(
      [...answers].map(([text, data]) => [text, leavesOf(questionOf(text), data)]),
    );
    const known = [
      ...constants,
      ...namesIn([...this.#last.values(), ...answers.values()]),
    ].toSorted((a, b) => b.length - a.length);
    this.compared = 0;
    const findings: string[] = [];
    for (const { text, where, keys, questions: of } of all) {
      const inAnswers = of.flatMap((question) => leaves.get(question) ?? []);
      const here = inAnswers.filter(({ tags }) =>
        keys.every((key) => key.split(' ').some((part) => tags.has(part))),
      );
      for (const numeral of numeralsOf(text, known)) {
        this.compared += 1;
        const isSaid = here.some((leaf) => isWritten(numeral, leaf.value, this.#isShare(leaf)));
        if (!isSaid)
          findings.push(
            `${where}: ${numeral.text} in "${text}", of ${[keys.join(' '), ...names(of)].join(' ')}`,
          );
      }
    }
    return findings;
  }

  /** The same asked here; but what to be asked changes, as the page was answered. */
  async #answer(question: string): Promise<unknown> {
    const { name, variables } = questionOf(question);
    if (changesByBeingAsked.test(question)) return this.#last.get(question);
    const { data, errors } = await ask(this.#graphql, this.#documents.get(name) ?? '', variables, {
      'onenet-deadline': '30000',
    });
    if (errors) throw new Error(`${question}: ${JSON.stringify(errors)}`);
    return data;
  }

  #isShare({ tags }: Leaf): boolean {
    const definitions = [...this.#last].find(([name]) => name.startsWith('Definitions'))?.[1] as
      | { metricDefinitions: { name: string; unit: string }[] }
      | undefined;
    return (definitions?.metricDefinitions ?? []).some(
      ({ name, unit }) => unit === '%' && tags.has(name),
    );
  }
}

/** Of questions, each once. */
function names(questions: readonly string[]): readonly string[] {
  return [...new Set(questions.map((each) => questionOf(each).name))];
}

/** How the net is used is counted by the net: also by whoever asks how it is used. So is how old what it has is. */
const changesByBeingAsked = /"(?:api|owner|feed)[A-Z]|^(?:Usage|AccessSummary|AccessRecords) /;

function questionOf(text: string): Question {
  const at = text.indexOf(' ');
  return {
    name: text.slice(0, at),
    variables: JSON.parse(text.slice(at)) as Question['variables'],
  };
}

const constants = [...new Set(textsIn(messages.zh))].filter((text) => /\d/.test(text));

/** Texts with digits, but none that is a number. */
function namesIn(answers: readonly unknown[]): readonly string[] {
  return [...new Set(answers.flatMap(textsIn))].filter(
    (text) => /\D/.test(text) && /\d/.test(text),
  );
}
