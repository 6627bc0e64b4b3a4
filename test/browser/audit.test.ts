import { expect, test } from 'vitest';
import { expectAccessible, logInAs, picture, useBrowser } from './browser.ts';

useBrowser();

test('an entry is in words, with the record itself below to be copied', async () => {
  const tab = await logInAs('admin', '/audit?kind=START');
  await tab.page.locator('.ant-table-row', { hasText: '对账服务' }).first().click();
  const drawer = tab.page.getByRole('dialog');
  const words = drawer.getByRole('table').last();
  await words.waitFor();
  expect(await words.innerText()).toMatch(/配置文件校验值[\s\S]*进程号[\s\S]*设置版本/);
  expect(await words.innerText()).not.toMatch(/configSha256|pid/);
  const record: unknown = JSON.parse(await drawer.locator('pre').innerText());
  expect(record).toMatchObject({ user: 'pipeline', said: { settings: 0 } });
  await drawer.getByText('原始记录').getByRole('button', { name: '复制' }).waitFor();
  await expectAccessible(tab);
  await picture(tab, 'audit-entry');
  expect(tab.complaints).toEqual([]);
});

test('who worked at the server is called by what that is, here and among the users', async () => {
  const tab = await logInAs('admin', '/audit?kind=USER_CHANGE');
  await tab.page.locator('.ant-table-row', { hasText: '服务器账号 ' }).first().waitFor();
  const users = await logInAs('admin', '/system?tab=users');
  const row = users.page.locator('.ant-table-row', { hasText: 'li' }).first();
  await row.waitFor();
  expect(await row.innerText()).toMatch(/服务器账号 /);
  expect(await row.innerText()).not.toContain('cli:');
});
