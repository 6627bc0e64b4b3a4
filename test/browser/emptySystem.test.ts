import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, openTab, picture, useBrowser } from './browser.ts';
import { PASSWORD, startDemo } from './startSystem.ts';

// A system in which nothing has happened yet: each page says why it is empty, and what comes or is to be done.

useBrowser();
let own: Awaited<ReturnType<typeof startDemo>>;
beforeAll(async () => {
  own = await startDemo({ isEmpty: true });
}, 180_000);
afterAll(async () => {
  await own.stop();
});

const SAYS = [
  ['/', '接入一家医院'],
  ['/three-way', '账单到齐后'],
  ['/two-way', '未对接 HIS 的医院'],
  ['/realtime', '请检查支付平台与 HIS 是否在向 /api/v1/events 发送事件'],
  ['/exceptions', '实时对账或日结发现的异常会显示在这里'],
  ['/one-sided', '输入订单号开始查询'],
  ['/bill-files', '也可以现在上传一份'],
  ['/approvals', '在这里等待他人审批'],
  ['/alerts', '会立即显示在这里'],
  ['/dead-letters', '处理原因后可在这里重放'],
] as const;

test('an empty system says on every page what is to be connected next', async () => {
  expect(own.system.url).not.toBe(inject('system').url);
  const tab = await openTab({ url: own.system.url });
  const { page } = tab;
  await page.goto('/');
  await page.getByRole('tab').nth(1).click();
  const panel = page.getByRole('tabpanel').last();
  await panel.locator('input[autocomplete=current-password]').fill(own.system.tokens['operator'] ?? '');
  await panel.locator('button[type=submit]').click();
  for (const [path, says] of SAYS) {
    await page.locator('#content h1').first().waitFor();
    await page.evaluate(`history.pushState({}, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
    const said = page.locator('#content').getByText(says).first();
    await said.waitFor();
    const box = await said.boundingBox();
    expect(box?.y, `${path} says it where it is seen`).toBeLessThan(700);
    await expectAccessible(tab);
    await expectNoSideScroll(tab);
    await picture(tab, `empty${path.replace('/', '-')}`);
  }
  expect(await page.locator('canvas').count()).toBe(0);
  expect(tab.complaints).toEqual([]);
});

test('a hospital’s own people are told whom to ask, and nothing of interfaces', async () => {
  const { page } = await openTab({ url: own.system.url });
  await page.goto('/');
  await page.getByLabel('用户名').fill('li');
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: /^登 ?录$/ }).click();
  await page.getByText('如需接入，请联系平台管理员').waitFor();
  await page.evaluate(`history.pushState({}, '', '/realtime'); dispatchEvent(new PopStateEvent('popstate'))`);
  await page.getByText('请联系平台管理员，核对支付平台与本院 HIS 的接口').waitFor();
  expect(await page.locator('#content').innerText()).not.toContain('/api/');
});
