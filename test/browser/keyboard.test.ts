import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { goTo, logInAs, openTab, useBrowser } from './browser.ts';
import { drawerOf } from './caseHelp.ts';
import { PASSWORD } from './startSystem.ts';

// The console without a mouse.

useBrowser();

const rows = (page: Page): Locator => page.locator('.ant-table-row');
const focused = (page: Page): Locator => page.locator(':focus');

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** What has the focus, and what of it cannot be seen. */
const LOOK = `(() => {
  const it = document.activeElement;
  if (it === document.body || it.classList.contains('dz-skip')) return null;
  const around = it.closest('.ant-select, .ant-picker, .ant-input-affix-wrapper, .ant-input-number, .ant-segmented-item, .ant-checkbox, .ant-radio') ?? it;
  const isMarked = [it, around].some((each) => {
    const { outlineStyle, boxShadow } = getComputedStyle(each);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  });
  const { top, bottom, left, right } = it.getBoundingClientRect();
  const isInSight = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  const name = it.tagName + ' ' + (it.ariaLabel || it.innerText || it.placeholder || it.className);
  return { name, faults: [isMarked ? '' : 'not marked', isInSight ? '' : 'out of sight'].filter(Boolean) };
})()`;

const PAGES = [
  ['/', '首页'],
  ['/three-way', '三方对账'],
  ['/realtime', '实时对账'],
  ['/exceptions', '异常订单'],
  ['/exceptions?tab=refund', '异常订单'],
  ['/bill-files', '账单下载'],
  ['/approvals', '审批'],
  ['/alerts?state=ALL', '告警'],
  ['/dead-letters', '死信'],
  ['/audit', '审计'],
  ['/system', '系统'],
  ['/system?tab=rules', '系统'],
] as const;

test.each(['light', 'dark'] as const)(
  'Tab leads through every page, and where one is can be seen (%s)',
  { timeout: 170_000 },
  async (theme) => {
    const tab = await logInAs('admin', '/', { theme });
    const { page } = tab;
    for (const [path, title] of PAGES) {
      await goTo(tab, path);
      await page.getByRole('heading', { name: title, exact: true }).waitFor();
      await page.locator('#content :is(.ant-table-row, .ant-empty, .dz-setting, form)').first().waitFor();
      await expect
        .poll(() => page.locator('#content .ant-spin-spinning').count(), { timeout: 20_000 })
        .toBe(0);
      await page.locator('#content').focus();
      const seen: { readonly name: string; readonly faults: readonly string[] }[] = [];
      for (let steps = 0; steps < 60; steps += 1) {
        await press(page, 'Tab');
        const look = await page.evaluate<(typeof seen)[number] | null>(LOOK);
        if (look === null) break;
        seen.push(look);
      }
      expect(seen.length, path).toBeGreaterThan(0);
      // A list is one stop, and what stands in its row, however many rows it has.
      if (path !== '/' && path !== '/system?tab=rules') expect(seen.length, path).toBeLessThan(30);
      expect(
        seen.filter(({ faults }) => faults.length > 0),
        path,
      ).toEqual([]);
    }
    expect(tab.complaints).toEqual([]);
  },
);

test('arrows go from row to row of a long list, beyond those that are drawn, and a drawer gives the row back', async () => {
  const tab = await logInAs('operator', '/exceptions');
  const { page } = tab;
  await rows(page).first().focus();
  const keyOf = () => focused(page).getAttribute('data-row-key');
  const keys = [await keyOf()];
  for (let step = 1; step <= 40; step += 1) {
    await press(page, 'ArrowDown');
    await expect.poll(keyOf).not.toBe(keys.at(-1));
    keys.push(await keyOf());
  }
  expect(new Set(keys).size).toBe(41);
  const fortieth = keys[40] ?? null;
  await press(page, 'PageUp');
  await expect.poll(async () => keys.indexOf(await keyOf())).toBeLessThan(36);
  await press(page, 'End');
  await expect.poll(async () => keys.includes(await keyOf())).toBe(false);
  await press(page, 'Home');
  await expect.poll(keyOf).toBe(keys[0]);
  // Faster than rows are drawn, and none is lost.
  await Promise.all(Array.from({ length: 40 }, () => press(page, 'ArrowDown')));
  await expect.poll(keyOf).toBe(fortieth);
  await press(page, ' ');
  await drawerOf(page).getByRole('button', { name: '指派与备注' }).waitFor();
  expect(new URL(page.url()).searchParams.get('case')).toBe(fortieth);

  // A dialog over the drawer keeps the focus, and gives it back to its button.
  await drawerOf(page).getByRole('button', { name: '指派与备注' }).focus();
  await press(page, 'Enter');
  const dialog = page.getByRole('dialog', { name: '指派与备注' });
  await dialog.waitFor();
  for (let step = 0; step < 12; step += 1) await press(page, 'Tab');
  expect(await page.locator('#content :focus').count()).toBe(0);
  await press(page, 'Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => focused(page).innerText()).toBe('指派与备注');
  await press(page, 'Escape');
  await expect.poll(() => focused(page).getAttribute('data-row-key')).toBe(fortieth);
  expect(tab.complaints).toEqual([]);
});

test('from a row Tab leads out of the list, and back to what sorts it', async () => {
  const tab = await logInAs('operator', '/exceptions');
  const { page } = tab;
  await rows(page).nth(2).focus();
  await press(page, 'Tab');
  await press(page, ' ');
  await page.getByText('已选 1 条').waitFor();
  // The checkbox, the button that copies, and then what stands below the list.
  await press(page, 'Tab', 'Tab');
  await expect.poll(() => focused(page).innerText()).toBe('批量平账');
  await rows(page).nth(2).focus();
  await press(page, 'Shift+Tab');
  const header = page.getByRole('columnheader', { name: '渠道账单' });
  expect(await focused(page).innerText()).toBe('渠道账单');
  await press(page, ' ');
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
  await press(page, 'Enter');
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
  expect(tab.complaints).toEqual([]);
});

test('menus below buttons, saved filters and the menu of pages open by keys and give the focus back', async () => {
  const tab = await logInAs('operator', '/three-way');
  const { page } = tab;
  for (const [path, name, first] of [
    ['/three-way', '导出记录', 'XLSX'],
    ['/exceptions', '导出', 'Excel 表格'],
    ['/exceptions', '账户 operator', '接口文档'],
  ] as const) {
    await goTo(tab, path);
    const button = page.getByRole('button', { name, exact: true });
    await button.focus();
    await press(page, 'Enter');
    await expect.poll(() => focused(page).innerText(), { timeout: 5_000 }).toBe(first);
    await press(page, 'Escape');
    await expect.poll(() => button.evaluate((it) => it.matches(':focus'))).toBe(true);
  }
  const views = page.getByRole('button', { name: '常用条件' });
  await views.focus();
  await press(page, 'Enter');
  await expect.poll(() => focused(page).getAttribute('placeholder')).toBe('名称');
  await press(page, 'Escape');
  await expect.poll(() => views.evaluate((it) => it.matches(':focus'))).toBe(true);
  await page.getByRole('button', { name: '收起菜单' }).focus();
  await press(page, 'Enter');
  await page.getByRole('button', { name: '展开菜单' }).waitFor();
  await press(page, ' ');
  await page.getByRole('button', { name: '收起菜单' }).waitFor();
  expect(tab.complaints).toEqual([]);
});

/** A key until it has led there, and no further than a person would go. */
async function goUntil(page: Page, key: string, isThere: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 12 && !(await isThere()); step += 1) await atEase(page, key);
}

/** As a person does: the menu opens its popups after a moment. */
async function atEase(page: Page, key: string): Promise<void> {
  await press(page, key);
  await page.waitForTimeout(200);
}

test('one logs in and goes through the folded menu of pages by keys alone', async () => {
  const { page, complaints } = await openTab();
  await page.goto('/alerts');
  const user = page.getByLabel('用户名');
  await user.waitFor();
  await goUntil(page, 'Tab', () => user.evaluate((it) => it.matches(':focus')));
  await page.keyboard.type('li');
  await press(page, 'Tab');
  await page.keyboard.type(PASSWORD);
  await press(page, 'Enter');
  await page.getByRole('heading', { name: '告警' }).waitFor();
  await page.getByRole('button', { name: '收起菜单' }).focus();
  await press(page, 'Enter');
  await page.getByRole('button', { name: '展开菜单' }).waitFor();
  for (const [group, item] of [
    ['对账管理', '实时对账'],
    ['订单管理', '异常订单'],
  ] as const) {
    await page.getByRole('button', { name: '展开菜单' }).focus();
    await atEase(page, 'Shift+Tab');
    await goUntil(page, 'ArrowDown', async () => (await focused(page).innerText()) === group);
    await atEase(page, 'ArrowRight');
    const isInPopup = `document.activeElement.closest('.ant-menu-submenu-popup') !== null`;
    await expect.poll(() => page.evaluate(isInPopup)).toBe(true);
    await goUntil(page, 'ArrowDown', async () => (await focused(page).innerText()) === item);
    await atEase(page, 'Enter');
    await page.getByRole('heading', { name: item, exact: true }).waitFor();
    await expect.poll(() => focused(page).getAttribute('id')).toBe('content');
  }
  expect(complaints).toEqual([]);
});
