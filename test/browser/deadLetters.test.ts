import { expect, test } from 'vitest';
import { expectAccessible, logInAs, picture, useBrowser } from './browser.ts';

useBrowser();

test('a letter says in Chinese what is wrong, where it lies and whom to ask, with the words of the system below', async () => {
  const tab = await logInAs('admin', '/dead-letters');
  await tab.page.locator('.ant-table-row', { hasText: '内容不合规' }).first().click();
  const facts = tab.page.getByRole('dialog').getByRole('table');
  await facts.waitFor();
  const [known, original = ''] = (await facts.innerText()).split('系统原文');
  expect(known).toMatch(/问题\s+金额为 (?:0|-\d+) 分，应为 1 至/);
  expect(known).toMatch(/处理建议\s+请\S+的 HIS 接口负责人|处理建议\s+请支付平台（芸泰，涉及\S+的订单）/);
  expect(known).toMatch(/字段\s+金额（amountFen）\s+主题\s+\S.*\s+分区\s+\d+\s+偏移量\s+\d+/);
  expect(known).not.toContain('is not between');
  expect(original).toContain('is not between 1 and');
  await expectAccessible(tab);
  await picture(tab, 'dead-letter-words');
  expect(tab.complaints).toEqual([]);
});

test('of a hospital that is none of ours the id is named', async () => {
  const tab = await logInAs('admin', '/dead-letters');
  await tab.page.locator('.ant-table-row', { hasText: '医院未配置' }).first().click();
  const facts = tab.page.getByRole('dialog').getByRole('table');
  expect(await facts.innerText()).toMatch(/医院\s+NOBODY-\d+（未配置）/);
});
