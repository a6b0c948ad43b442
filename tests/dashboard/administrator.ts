/**
 * The pages on alerts and briefs, as an administrator has them: their figures are those of analytics, and what is done
 * there by a press is done. Long, because one page serves all of it.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DisposableNet } from '../fixtures/net.ts';
import { ask } from '../fixtures/small-net.ts';
import { standsOn } from './keys.ts';
import { untilOutliers } from './outliers.ts';
import { addPerson, firstSignIn, signIn } from './people.ts';
import { cellsOf, csvLines, loaded } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface Administrator {
  readonly net: () => Pick<DisposableNet, 'dataDir' | 'urls'>;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
  readonly images: string;
}

interface Alert {
  readonly id: string;
  readonly rule: string;
  readonly text: string;
  readonly platform: string | null;
  readonly severity: number;
  readonly figure: number;
  readonly bound: number;
}

interface BriefFigures {
  readonly state: string;
  readonly from: string;
  readonly to: string;
  readonly title: string;
  readonly figures: readonly {
    readonly metric: string;
    readonly value: number | null;
    readonly before: number | null;
    readonly yearAgo: number | null;
  }[];
}

const overdue = '一周内求助超期';

/** Registers them; they end with the rules as they came, and one more brief. */
export function testAdministrator({ net, open, images }: Administrator): void {
  let page: Page & AsyncDisposable;
  let names: ReadonlyMap<string, string>;

  beforeAll(async () => {
    await untilOutliers(net().urls.gateway);
    const name = `administrator-${randomUUID().slice(0, 8)}`;
    const person = await addPerson(net(), { name, role: 'administrator' });
    page = await open(firstSignIn('/alerts'));
    // What a page does by itself within half a minute need not be waited for.
    await page.clock.install();
    await signIn(page, person);
    const { platforms } = await graphql<{ platforms: { code: string; name: string }[] }>(
      '{ platforms { code name } }',
    );
    names = new Map(platforms.map((platform) => [platform.code, platform.name]));
  }, 90_000);
  afterAll(() => page[Symbol.asyncDispose]());

  const graphql = async <T>(query: string, variables: object = {}): Promise<T> =>
    vi.waitUntil(
      async () => {
        const { data, errors } = await ask(`${net().urls.gateway}/graphql`, query, {
          ...variables,
        });
        return errors === undefined && (data as T);
      },
      { timeout: 60_000, interval: 500 },
    );

  /** Until both say the same: each is asked anew, the page by its next beat. */
  async function agree(shown: () => Promise<unknown>, told: () => Promise<unknown>): Promise<void> {
    await vi.waitFor(
      async () => {
        await page.clock.runFor('00:31');
        await loaded(page);
        expect(await shown()).toEqual(await told());
      },
      { timeout: 60_000, interval: 500 },
    );
  }

  const openAlerts = async (): Promise<readonly Alert[]> => {
    const { alerts } = await graphql<{ alerts: { rows: Alert[] } }>(
      '{ alerts(input: { state: OPEN, first: 30 }) { rows { id rule text platform severity figure bound } } }',
    );
    return alerts.rows;
  };
  const items = () => page.locator('#alerts ol > li');
  const ruleRow = () => page.locator('#rules tbody tr', { hasText: overdue }).first();

  test('alerts: what is shown, and why, is what analytics has found, and what it answers to the same question', async () => {
    await loaded(page);
    await agree(
      () => items().locator('.what').allTextContents(),
      async () => (await openAlerts()).map(({ text }) => text),
    );
    const told = await openAlerts();
    expect(told.length).toBeGreaterThan(0);
    const lines = (await csvLines(page, '报警')).slice(1);
    expect(lines.map((line) => cellsOf(line).slice(1, 3))).toEqual(
      told.map(({ platform, severity }) => [
        platform === null ? '全网' : names.get(platform),
        String(severity),
      ]),
    );

    // Of each rule the first, opened.
    const ofRules = [...new Map(told.toReversed().map((alert) => [alert.rule, alert])).values()];
    for (const alert of ofRules) {
      const where = alert.platform === null ? '全网' : (names.get(alert.platform) ?? '');
      const item = items().filter({ hasText: alert.text }).filter({ hasText: where });
      await item.getByRole('button', { name: /^为什么/ }).click();
      await item.locator('dl').waitFor();
      const facts = await item
        .locator('dl div')
        .evaluateAll((all) =>
          all.map((each) => [
            each.querySelector('dt')?.textContent?.trim(),
            each.querySelector('dd')?.textContent?.trim().replaceAll(',', ''),
          ]),
        );
      expect(facts).toContainEqual(['比较的数', rounded(alert.figure)]);
      expect(facts).toContainEqual(['界限', rounded(alert.bound)]);
    }

    const [counted] = told.filter(({ rule }) => rule === 'OVERDUE');
    await agree(
      async () => (await openAlerts()).find(({ id }) => id === counted?.id)?.figure,
      async () => (await overdueOf([counted?.platform ?? '']))[0],
    );
  });

  test('rules: what each holds to is what analytics holds to', async () => {
    const { alertRules } = await graphql<{
      alertRules: {
        name: string;
        label: string;
        unit: string;
        settings: { bound: number; graverBound: number | null; minimumSample: number };
      }[];
    }>('{ alertRules { name label unit settings { bound graverBound minimumSample } } }');
    // Of any metric there is one on either side, which is shown once it is set.
    const shown = alertRules.filter(({ name }) => !/^(ABOVE|BELOW)_/.test(name));
    expect(shown.length).toBeGreaterThan(10);
    const rows = await page
      .locator('#rules tbody tr')
      .evaluateAll((all) =>
        all.map((row) => [
          row.querySelector('th')?.firstChild?.textContent?.trim(),
          ...[...row.querySelectorAll('td.number')].map((cell) =>
            cell.textContent?.replaceAll(/[^\d.]/g, ''),
          ),
        ]),
      );
    const written = (value: number | null, unit: string) =>
      value === null ? '' : rounded(unit === '%' ? value * 100 : value);
    expect(rows).toEqual(
      shown.map(({ label, unit, settings }) => [
        label,
        written(settings.bound, unit),
        written(settings.graverBound, unit),
        settings.minimumSample === 0 ? '' : rounded(settings.minimumSample),
      ]),
    );
  });

  test('a bound is set on a metric of the catalogue, by its name, and stands among the rules then', async () => {
    const { metricDefinitions } = await graphql<{ metricDefinitions: { label: string }[] }>(
      '{ metricDefinitions { label } }',
    );
    await page.getByRole('button', { name: '增加指标界限' }).click();
    const dialog = page.getByRole('dialog');
    const metric = dialog.getByRole('combobox', { name: '指标', exact: true });
    const offered = metric.locator('optgroup').nth(1).locator('option');
    await offered.first().waitFor({ state: 'attached' });
    expect((await offered.allTextContents()).map((label) => label.trim())).toEqual(
      metricDefinitions.map(({ label }) => label),
    );
    await metric.selectOption('BELOW_satisfaction');
    expect(await dialog.getByLabel('启用').isChecked()).toBe(true);
    // So low that nobody is below it.
    await dialog.getByLabel(/^界限/).fill('0.5');
    await picture('bound');
    await dialog.getByRole('button', { name: '设定', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.locator('#rules tbody tr', { hasText: '满意度过低' });
    await row.waitFor();
    await row.getByRole('button', { name: '设定：满意度过低' }).click();
    await dialog.getByLabel('启用').uncheck();
    await dialog.getByRole('button', { name: '设定', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await row.getByText('已停用').waitFor();
  });

  test('a rule is set for one platform: its alert opens, is looked after, and closes when the rule is switched off', async () => {
    const platform = await quietPlatform();
    const name = names.get(platform) ?? '';
    await setRule(platform, async (dialog) => {
      await dialog.getByLabel(/^界限/).fill('1');
      // Within the bound: analytics refuses, and the dialog says what is wrong.
      await dialog.getByLabel(/^升级界限/).fill('0.5');
      const confirm = dialog.getByRole('button', { name: '设定', exact: true });
      await confirm.press('Enter');
      await dialog.getByRole('alert').getByText('升级界限须在界限之外').waitFor();
      await standsOn(confirm);
      await picture('rule-refused');
      await dialog.getByLabel(/^升级界限/).fill('1000');
    });
    await ruleRow().getByText(`${name} 1 件`).waitFor();

    const item = items().filter({ hasText: name }).filter({ hasText: overdue });
    await untilBeat(async () => (await item.count()) > 0);
    await item.getByRole('button', { name: '我来处理' }).press('Enter');
    await item.getByText('已认领').waitFor();
    // What was pressed is gone: the focus is beside it.
    await standsOn(item.getByRole('button', { name: /^为什么/ }));
    await picture('acknowledged');
    expect(await item.getByRole('button', { name: '我来处理' }).count()).toBe(0);

    await setRule(platform, async (dialog) => {
      expect(await dialog.getByLabel(/^界限/).inputValue()).toBe('1');
      await dialog.getByLabel('级别').selectOption('3');
    });
    await untilBeat(async () => (await item.getByText('立即处理').count()) > 0);
    await setRule(platform, async (dialog) => {
      expect(await dialog.getByLabel('级别').inputValue()).toBe('3');
      await dialog.getByLabel('启用').uncheck();
    });
    await ruleRow().getByText(`${name} 已停用`).waitFor();
    await untilBeat(async () => (await item.count()) === 0);
    await page.getByLabel('哪些报警').selectOption('CLOSED');
    await page.waitForURL('**alerts=CLOSED**');
    await item.first().getByText('规则停用').waitFor();
    // As it came.
    await graphql(
      `
        mutation ($input: SetAlertRuleInput!) {
          setAlertRule(input: $input) {
            name
          }
        }
      `,
      {
        input: {
          rule: 'OVERDUE',
          platform,
          enabled: null,
          bound: null,
          graverBound: null,
          severity: null,
          quiet: null,
        },
      },
    );
  });

  test('a brief is composed by a press, and its figures are what analytics answers to the same question', async () => {
    await page.goto(`${net().urls.gateway}/brief`);
    await page.getByRole('button', { name: '成稿…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('即使数据未到齐').check();
    const period = await dialog.getByLabel('哪一期').inputValue();
    await dialog.getByRole('button', { name: '成稿', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.waitForURL(`**brief=week-${period}**`, { timeout: 120_000 });
    await page.locator('#briefs a[aria-current]', { hasText: period }).waitFor();
    await loaded(page);
    await picture('brief');

    const { brief, metricDefinitions } = await graphql<{
      brief: BriefFigures;
      metricDefinitions: { name: string; label: string; unit: string }[];
    }>(
      `
        query ($id: ID!) {
          brief(id: $id) {
            title
            state
            from
            to
            figures {
              metric
              value
              before
              yearAgo
            }
          }
          metricDefinitions {
            name
            label
            unit
          }
        }
      `,
      { id: `week-${period}` },
    );
    const label = new Map(metricDefinitions.map((metric) => [metric.name, metric.label]));
    const lines = (await csvLines(page, brief.title)).slice(1);
    expect(lines).toHaveLength(brief.figures.length);
    for (const [index, { metric, value, before, yearAgo }] of brief.figures.entries()) {
      const [name, ...shown] = cellsOf(lines[index] ?? '');
      expect(name).toContain(label.get(metric));
      expect(shown).toEqual([value, before, yearAgo].map((figure) => String(figure ?? '')));
    }
    const { metrics } = await graphql<{ metrics: { metric: string; value: number | null }[] }>(
      `
        query ($input: MetricsInput!) {
          metrics(input: $input) {
            metric
            value
          }
        }
      `,
      {
        input: {
          metrics: brief.figures.map(({ metric }) => metric),
          period: 'CUSTOM',
          from: brief.from,
          to: brief.to,
          state: brief.state,
          // A brief tells nothing that was only simulated.
          simulated: false,
        },
      },
    );
    expect(brief.figures.map(({ metric, value }) => ({ metric, value }))).toEqual(metrics);
    expect(metrics.some(({ value }) => value !== null && value > 0)).toBe(true);

    // The other files are the same brief.
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      page.locator('#brief').getByRole('link', { name: '打开与打印' }).click(),
    ]);
    await opened.getByRole('heading', { name: brief.title }).waitFor();
    await opened.close();
    const [workbook] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#brief').getByRole('link', { name: 'XLSX' }).click(),
    ]);
    expect(workbook.suggestedFilename()).toMatch(/\.xlsx$/);
  });

  async function picture(name: string): Promise<void> {
    await page.screenshot({ path: join(images, `administrator-${name}.png`) });
  }

  /** On the rule about what is overdue, for one platform. */
  async function setRule(
    platform: string,
    fill: (dialog: Locator) => Promise<void>,
  ): Promise<void> {
    await page.getByRole('button', { name: `设定：${overdue}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('适用于').selectOption(platform);
    await fill(dialog);
    await dialog.getByRole('button', { name: '设定', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  async function untilBeat(isSo: () => Promise<boolean>): Promise<void> {
    await expect
      .poll(
        async () => {
          await page.clock.runFor('00:31');
          await loaded(page);
          return isSo();
        },
        { timeout: 90_000 },
      )
      .toBe(true);
  }

  /** How many requests passed their deadline within the week. */
  async function overdueOf(platforms: readonly string[]): Promise<readonly (number | null)[]> {
    const values = await graphql<Record<string, { value: number | null }[]>>(`{ ${platforms
      .map(
        (code, index) =>
          `p${index}: metrics(input: { metrics: ["requestsOverdue"], platforms: ["${code}"], period: LAST_7_DAYS }) { value }`,
      )
      .join(' ')} }`);
    return platforms.map((_, index) => values[`p${index}`]?.[0]?.value ?? null);
  }

  /** One where few requests are overdue: its alert is not open yet. */
  async function quietPlatform(): Promise<string> {
    const alerted = new Set((await openAlerts()).map(({ platform }) => platform));
    const codes = [...names.keys()].filter((code) => !alerted.has(code));
    const values = await overdueOf(codes);
    const found = codes.find((_, index) => (values[index] ?? 0) >= 1);
    if (found === undefined) throw new Error('every platform with something overdue has its alert');
    return found;
  }
}

/** As the page has it to every digit, but for the commas. */
function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}
