import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, launch, logInAs, picture } from './browser.ts';
import type { Look } from './browser.ts';

// Every page in both themes and languages and at four sizes: nothing that axe finds serious, nothing cut off to the side,
// nothing that the browser or the page's policy complains of, and a picture to look at (test/browser/output).

const PAGES = [
  ['home', '/'],
  ['alerts', '/alerts?state=ALL'],
  ['dead-letters', '/dead-letters'],
  ['audit', '/audit'],
  ['not-there', '/home/nobody'],
] as const;

const LOOKS: readonly Look[] = [
  { size: 'small', theme: 'light', language: 'zh' },
  { size: 'narrow', theme: 'dark', language: 'zh' },
  { size: 'large', theme: 'dark', language: 'en' },
  { size: 'narrow', theme: 'light', language: 'en' },
  { size: 'tablet', theme: 'dark', language: 'zh' },
  { size: 'tablet', theme: 'light', language: 'en' },
];

/** What a page draws last: its rows, its charts, or the word that there are none. */
const DRAWN = '.ant-table-row, canvas, .ant-empty, .ant-result';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test.each(LOOKS.map((look) => [`${look.size} ${look.theme} ${look.language}`, look] as const))(
  'pages as they look: %s',
  async (_, look) => {
    const [first, ...others] = PAGES;
    const tab = await logInAs(browser, 'admin', first[1], look);
    for (const [name, path] of [first, ...others]) {
      if (path !== first[1]) await goTo(path);
      await tab.page.locator(`#content :is(${DRAWN})`).first().waitFor();
      await expect
        .poll(() => tab.page.locator('#content .ant-spin-spinning').count(), { timeout: 20_000 })
        .toBe(0);
      await expectAccessible(tab);
      await expectNoSideScroll(tab);
      await picture(tab, name);
    }
    expect(tab.complaints).toEqual([]);

    /** Within the page, as a link would: a reload is a new login. */
    async function goTo(path: string): Promise<void> {
      await tab.page.evaluate(
        `history.pushState({}, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`,
      );
    }
  },
);

test('a drawer in the dark is as readable, and is in the address', async () => {
  const tab = await logInAs(browser, 'admin', '/dead-letters', { theme: 'dark' });
  const row = tab.page.locator('.ant-table-row').first();
  await row.waitFor();
  await row.focus();
  await tab.page.keyboard.press('Enter');
  await tab.page.getByRole('dialog').getByRole('button', { name: '重放' }).hover();
  expect(new URL(tab.page.url()).searchParams.get('letter')).toMatch(/^(payments|his-orders)-/);
  await expectAccessible(tab);
  await picture(tab, 'dead-letter');
  await tab.page.keyboard.press('Escape');
  await expect.poll(() => tab.page.url()).not.toContain('letter=');
  expect(tab.complaints).toEqual([]);
});

test('on a tablet no number of a case reaches over what the book beside it says', async () => {
  const tab = await logInAs(browser, 'operator', '/exceptions', { size: 'tablet' });
  const row = tab.page.locator('.ant-table-row').first();
  await row.waitFor();
  await row.focus();
  await tab.page.keyboard.press('Enter');
  const cells = tab.page.getByRole('dialog').locator('.ant-table-cell');
  await cells.first().waitFor();
  const over = await cells.evaluateAll((all) => all.map((it) => it.scrollWidth - it.clientWidth));
  expect(Math.max(...over)).toBeLessThanOrEqual(1);
  await expectAccessible(tab);
  await picture(tab, 'case');
});
