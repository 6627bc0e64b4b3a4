import { expect, inject, test } from 'vitest';
import { expectAccessible, fillToken, logInAs, openTab, picture, useBrowser } from './browser.ts';
import { PASSWORD } from './startSystem.ts';

// What `npm test` looks at in a browser, within a minute with the system's start; the rest of test/browser: npm run test:browser.

useBrowser();

const menusOf = (roleOrUser: string, path = '/') =>
  logInAs(roleOrUser, path).then(async (tab) => {
    const items = await tab.page.locator('nav [role=menuitem]').allInnerTexts();
    return items.map((text) => text.trim());
  });

test('whoever opens an address logs in there, and sees its page', async () => {
  const tab = await openTab();
  await tab.page.goto('/alerts?state=ALL');
  await expectAccessible(tab);
  await picture(tab, 'login');
  await fillToken(tab, 'operator');
  await tab.page.getByRole('heading', { name: '告警' }).waitFor();
  await tab.page.locator('[data-live=LIVE]').waitFor();
  expect(await tab.page.title()).toBe('告警 - 对账');
  expect(new URL(tab.page.url()).search).toBe('?state=ALL');
  await tab.page.locator('.ant-table-row').first().waitFor();
  await expectAccessible(tab);
  await picture(tab, 'alerts');
  expect(tab.complaints).toEqual([]);
});

test('the home page says how the day was closed, what is open and what is wrong', async () => {
  const tab = await logInAs('admin');
  const board = tab.page.locator('.ant-card', { hasText: '日结看板' });
  await board.getByText('异常').first().waitFor();
  await expectAccessible(tab);
  await picture(tab, 'home');
  expect(tab.complaints).toEqual([]);
});

test('each role has its menus', async () => {
  const results = ['首页', '对账管理', '三方对账', '两方对账', '实时对账', '订单管理', '异常订单'];
  expect(await menusOf('viewer')).toEqual([...results, '账单管理', '账单下载']);
  expect(await menusOf('auditor')).toEqual(
    expect.arrayContaining(['单边账查询', '审批', '告警', '死信', '审计', '系统']),
  );
});

test('a user logs in by password, sees the hospital that is theirs alone, and logs out', async () => {
  const tab = await openTab();
  const { page } = tab;
  await page.goto('/');
  const form = page.getByRole('tabpanel').first();
  await form.getByLabel('用户名').fill('li');
  await form.getByLabel('密码').first().fill('wrong words');
  await form.getByRole('button', { name: '登录' }).click();
  await page.getByRole('alert').first().waitFor();
  await form.getByLabel('密码').first().fill(PASSWORD);
  await form.getByRole('button', { name: '登录' }).click();
  await page.getByRole('heading', { name: '首页' }).waitFor();
  await page.getByRole('combobox', { name: '医院' }).click();
  expect(await page.getByRole('option').count()).toBe(2);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /账户/ }).click();
  await page.getByText('退出登录').click();
  await page.getByText('已退出登录').waitFor();
  expect(tab.complaints).toEqual([]);
});

test('the start page is less than 400 kB of packed script', async () => {
  const { page } = await openTab();
  const scripts: Promise<number>[] = [];
  page.on('response', (answer) => {
    if (answer.url().endsWith('.js')) {
      scripts.push(
        answer
          .request()
          .sizes()
          .then(({ responseBodySize }) => responseBodySize),
      );
    }
  });
  await page.goto(inject('system').url, { waitUntil: 'networkidle' });
  const sizes = await Promise.all(scripts);
  expect(sizes.length).toBeGreaterThan(0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThan(400_000);
});
