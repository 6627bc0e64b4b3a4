import { expect, test } from 'vitest';
import {
  expectAccessible,
  expectListFits,
  expectNoSideScroll,
  goTo,
  logInAs,
  picture,
  SIZES,
  useBrowser,
} from './browser.ts';
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

useBrowser();

test.each(LOOKS.map((look) => [`${look.size} ${look.theme} ${look.language}`, look] as const))(
  'pages as they look: %s',
  async (_, look) => {
    const [first, ...others] = PAGES;
    const tab = await logInAs('admin', first[1], look);
    for (const [name, path] of [first, ...others]) {
      if (path !== first[1]) await goTo(tab, path);
      await tab.page.locator(`#content :is(${DRAWN})`).first().waitFor();
      await expect
        .poll(() => tab.page.locator('#content .ant-spin-spinning').count(), { timeout: 20_000 })
        .toBe(0);
      await expectAccessible(tab);
      await expectNoSideScroll(tab);
      await picture(tab, name);
    }
    expect(tab.complaints).toEqual([]);
  },
);

const LISTS = [
  '/three-way',
  '/exceptions',
  '/bill-files',
  '/approvals?show=ALL',
  '/alerts?state=ALL',
  '/dead-letters?all=true',
  '/audit',
  '/system',
  '/system?tab=users',
  '/system?tab=secrets',
  // Of a tab that is none: the first one is shown.
  '/system?tab=nothing',
];

test.each(['tablet', 'narrow', 'small', 'large'] as const)(
  'no list is scrolled sideways on a %s monitor, and its header is one line',
  async (size) => {
    const tab = await logInAs('admin', LISTS[0], { size });
    for (const path of LISTS) {
      await goTo(tab, path);
      await tab.page.locator('#content :is(.ant-table-row, .ant-empty)').first().waitFor();
      await expect
        .poll(() => tab.page.locator('#content .ant-spin-spinning').count(), { timeout: 20_000 })
        .toBe(0);
      await expectListFits(tab);
      await expectNoSideScroll(tab);
    }
    expect(tab.complaints).toEqual([]);
  },
);

test('what a tablet has no column for stands below what it has one for', async () => {
  const tab = await logInAs('operator', '/bill-files', { size: 'tablet' });
  const row = tab.page.locator('.ant-table-row').first();
  await row.waitFor();
  expect(await tab.page.locator('thead').innerText()).not.toMatch(/医院|渠道|导入时间/);
  expect(await row.innerText()).toMatch(/示范医院[^]*(微信|支付宝|银联)[^]*:\d\d[^]*笔/);
  await expectAccessible(tab);
  await tab.page.setViewportSize(SIZES.large);
  await tab.page.getByRole('columnheader', { name: '医院' }).waitFor();
  expect(await row.locator('.dz-below').count()).toBe(0);
});

test('a drawer in the dark is as readable, and is in the address', async () => {
  const tab = await logInAs('admin', '/dead-letters', { theme: 'dark' });
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
  const tab = await logInAs('operator', '/exceptions', { size: 'tablet' });
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
