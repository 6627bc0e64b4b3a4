import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { chromiumPath } from './chromium.ts';

export const OUTPUT = join(import.meta.dirname, 'output');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const SIZES = {
  small: { width: 1366, height: 768 },
  large: { width: 1920, height: 1080 },
  narrow: { width: 1024, height: 768 },
  tablet: { width: 768, height: 1024 },
} as const;

export type Look = {
  readonly size?: keyof typeof SIZES;
  readonly theme?: 'light' | 'dark';
  readonly language?: 'zh' | 'en';
  /** Of a system of one's own. */
  readonly url?: string;
};

let browser: Browser;

/** One Chromium for the tests of a file, called once at its top. Each begins without the tabs of those before, which would follow
 * the system on. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(closeTabs);
  afterAll(() => browser.close());
}

async function launch(): Promise<Browser> {
  const executablePath = chromiumPath(process.env);
  if (executablePath === null)
    throw new Error('there is no Chromium; node tools/setup.mjs --for-tests installs it');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
}

/** A tab of the console in which nobody is logged in. Whatever its own console complains of fails the test: `complaints`. */
export async function openTab(look: Look = {}): Promise<Tab> {
  const { size = 'small', theme = 'light', language = 'zh', url = inject('system').url } = look;
  const context = await browser.newContext({
    viewport: SIZES[size],
    locale: 'zh-CN',
    timezoneId: 'UTC',
    baseURL: url,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // What the server refused is told as a resource that failed: each test says itself what it expects of that.
    const isRefusal = /Failed to load resource/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  await page.addInitScript(`localStorage.setItem('duizhang-look', '${JSON.stringify({ theme, language })}')`);
  return { page, complaints, look: { size, theme, language } };
}

async function closeTabs(): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()));
}

export type Tab = {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly look: Required<Omit<Look, 'url'>>;
};

/** A tab in which a user of the demo is logged in, at an address. */
export async function logInAs(user: string, path = '/', look: Look = {}): Promise<Tab> {
  const tab = await openTab(look);
  await tab.page.goto(path);
  await fillToken(tab, user);
  await tab.page.locator('#content h1').first().waitFor();
  return tab;
}

/** Another page within the tab, as a link would: a reload is a new login. */
export async function goTo({ page }: Tab, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
}

export async function fillToken({ page }: Pick<Tab, 'page'>, user: string): Promise<void> {
  const token = inject('system').tokens[user];
  if (token === undefined) throw new Error(`the demo has no user ${user}`);
  await page.getByRole('tab').nth(1).click();
  const panel = page.getByRole('tabpanel').last();
  await panel.locator('input[autocomplete=current-password]').fill(token);
  await panel.locator('button[type=submit]').click();
}

type Found = {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/** axe finds nothing serious on what is shown now. */
export async function expectAccessible({ page }: Tab): Promise<void> {
  // A colour that is on its way to another one is nobody's choice.
  const moves = 'document.getAnimations().some((each) => each instanceof CSSTransition)';
  await expect.poll(() => page.evaluate(moves), { timeout: 5_000 }).toBe(false);
  // Outside the page's own policy, as an extension would.
  await page.evaluate(AXE);
  const found = await page.evaluate<readonly Found[]>('axe.run().then(({ violations }) => violations)');
  const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    serious.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`),
    })),
  ).toEqual([]);
}

/** A picture in the output folder. */
export async function picture({ page, look }: Tab, name: string): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  const { width, height } = SIZES[look.size];
  await page.screenshot({
    path: join(OUTPUT, `${name}-${width}x${height}-${look.theme}-${look.language}.png`),
    animations: 'disabled',
  });
}

/** Nothing of the page itself is cut off to the side. */
export async function expectNoSideScroll({ page }: Tab): Promise<void> {
  const over = await page.evaluate<number>(
    `Math.max(...['#content', 'html'].map((place) => { const it = document.querySelector(place); return it ? it.scrollWidth - it.clientWidth : 0; }))`,
  );
  expect(over).toBeLessThanOrEqual(0);
}

/** Lists have room for their columns: none is scrolled sideways or reaches over the next one, and each header is one line. */
export async function expectListFits({ page }: Tab): Promise<void> {
  const tooWide = `(() => {
    const wide = (selector) => [...document.querySelectorAll('#content ' + selector)]
      .filter((it) => it.scrollWidth > it.clientWidth + 1)
      .map((it) => selector + ' ' + it.innerText.slice(0, 40) + ' ' + it.scrollWidth + ' > ' + it.clientWidth);
    const rows = [...document.querySelectorAll('#content .ant-table-tbody-virtual-holder')]
      .filter((it) => it.querySelector('.ant-table-row').scrollWidth > it.clientWidth + 1)
      .map(() => 'rows');
    const headers = [...document.querySelectorAll('#content thead th')]
      .filter((it) => it.clientHeight > 50)
      .map((it) => 'header ' + it.innerText);
    return [...wide('.ant-table-content'), ...wide('.ant-table-cell:not(.ant-table-cell-ellipsis)'), ...rows, ...headers];
  })()`;
  // A monitor that has just become narrower still moves its menu.
  await expect.poll(() => page.evaluate(tooWide), { timeout: 5_000 }).toEqual([]);
}
