import { expect, test } from 'vitest';
import type { Look, Tab } from './browser.ts';
import { expectListFits, expectNoSideScroll, goTo, logInAs, picture, useBrowser } from './browser.ts';

// Pages of 对账 and 账单 on other monitors, in the other theme and language: nothing is cut off, nothing is complained of.

useBrowser();

const LOOKS = [
  { size: 'tablet', theme: 'light', language: 'zh' },
  { size: 'narrow', theme: 'light', language: 'en' },
  { size: 'large', theme: 'dark', language: 'zh' },
  { size: 'small', theme: 'dark', language: 'en' },
] as const satisfies readonly Required<Omit<Look, 'url'>>[];

async function lookAt(tab: Tab, name: string): Promise<void> {
  await tab.page.mouse.move(0, 0);
  await tab.page.waitForTimeout(400);
  await expectNoSideScroll(tab);
  if (tab.look.language === 'zh') await expectListFits(tab);
  await picture(tab, name);
}

test.each(LOOKS)('$size, $theme, $language', async (look) => {
  const tab = await logInAs('operator', '/three-way', look);
  const { page } = tab;
  const row = page.locator('.ant-table-row').first();
  await row.waitFor();
  await lookAt(tab, 'records');
  await page.locator('.ant-table-row a').first().click();
  await page.locator('[data-figure=pending]').waitFor();
  await row.waitFor();
  await lookAt(tab, 'run');
  for (const [n, name] of ['breakdown', 'run-bills', 'certificate'].entries()) {
    await page
      .getByRole('tab')
      .nth(n + 1)
      .click();
    await lookAt(tab, name);
  }
  for (const path of ['two-way', 'realtime', 'one-sided']) {
    await goTo(tab, `/${path}`);
    await page.locator('#content h1').waitFor();
    await lookAt(tab, path);
  }
  await goTo(tab, '/bill-files');
  await row.waitFor();
  await lookAt(tab, 'bill-files');
  const text = await page.locator('body').innerText();
  if (look.language === 'en') expect(text.replaceAll(/..示范医院|中文/g, '')).not.toMatch(/[\u4e00-\u9fff]/);
  expect(tab.complaints).toEqual([]);
});
