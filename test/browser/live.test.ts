import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { fillToken, logInAs, openTab, picture, useBrowser } from './browser.ts';
import { payment, sendEvents } from './events.ts';
import { PASSWORD } from './startSystem.ts';

// What a page does while time goes on: changes arrive, the connection is lost, the session ends.

const HOUR_MS = 3_600_000;

useBrowser();

/** A producer whose clock is an hour ahead: the pipeline raises an alert within seconds. */
function wrongClock(merchantId: string): Promise<void> {
  const now = Date.now();
  const orders = Array.from({ length: 12 }, (_, i) => `CLK${now}${i}`);
  return sendEvents(orders.map((orderNo) => payment(merchantId, orderNo, now + HOUR_MS)));
}

test('an alert appears by itself, is opened, acknowledged, and says by whom', async () => {
  const tab = await logInAs('operator', '/alerts');
  const { page } = tab;
  await page.locator('[data-live=LIVE]').waitFor();
  await wrongClock('H001');
  const row = page.locator('.ant-table-row', { hasText: '时钟不准' }).first();
  await row.waitFor({ timeout: 20_000 });
  await row.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('超前时钟').waitFor();
  await picture(tab, 'alert');
  await drawer.getByLabel('备注').fill('已联系信息科');
  await drawer.getByRole('button', { name: '确认告警' }).click();
  await drawer.getByText(/operator 于 .* 确认/).waitFor();
  await drawer.getByText('已联系信息科').waitFor();
  expect(tab.complaints).toEqual([]);
});

test('the home page counts an order within seconds', async () => {
  const { page } = await logInAs('viewer');
  const chart = page.getByRole('img', { name: /每分钟订单/ });
  await sendEvents([payment('H002', `HOME${randomUUID().slice(0, 8)}`, Date.now() - 2_000)]);
  await chart.waitFor({ timeout: 20_000 });
  const before = await chart.getAttribute('aria-label');
  await sendEvents([payment('H002', `HOME${randomUUID().slice(0, 8)}`, Date.now() - 2_000)]);
  await expect.poll(() => chart.getAttribute('aria-label'), { timeout: 20_000 }).not.toBe(before);
});

test('a connection that is lost is said, and what was missed is there when it is back', async () => {
  const tab = await logInAs('admin', '/alerts?state=ALL');
  const { page } = tab;
  await page.locator('[data-live=LIVE]').waitFor();
  await page.context().setOffline(true);
  await page.getByTestId('lost').waitFor();
  await page.getByText(/与服务器的连接自 .* 起中断/).waitFor();
  await picture(tab, 'lost');
  await page.context().setOffline(false);
  await page.locator('[data-live=LIVE]').waitFor({ timeout: 40_000 });
  await page.getByTestId('lost').waitFor({ state: 'detached' });
  await page.getByText('连接已恢复').waitFor();
});

test('whoever follows in too many pages is told that, and not of a broken connection', async () => {
  const { url, tokens } = inject('system');
  const headers = { authorization: `Bearer ${tokens['auditor']}` };
  const others = new AbortController();
  const follow = () => fetch(`${url}/api/v1/stream`, { headers, signal: others.signal });
  for (let follows = true; follows;) follows = (await follow()).ok;
  const tab = await logInAs('auditor', '/alerts');
  await tab.page.getByText('您打开的页面过多').waitFor();
  expect(await tab.page.getByTestId('lost').count()).toBe(0);
  await picture(tab, 'full');
  others.abort();
  await tab.page.locator('[data-live=LIVE]').waitFor({ timeout: 60_000 });
  await tab.page.getByTestId('full').waitFor({ state: 'detached' });
});

test('a session that ended shows the login, and afterwards the page where one was', async () => {
  const tab = await openTab();
  const { page } = tab;
  await page.goto('/alerts?state=ALL');
  const form = page.getByRole('tabpanel').first();
  await form.getByLabel('用户名').fill('li');
  await form.getByLabel('密码').first().fill(PASSWORD);
  const [answer] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/api/v1/sessions')),
    form.getByRole('button', { name: '登录' }).click(),
  ]);
  await page.getByRole('heading', { name: '告警' }).waitFor();
  // Somebody ends it elsewhere.
  const { accessToken } = await answer.json();
  const headers = { authorization: `Bearer ${accessToken}` };
  await fetch(`${inject('system').url}/api/v1/sessions/current`, { method: 'DELETE', headers });
  await page.getByText('已结束', { exact: true }).first().click();
  await page.getByText('登录已失效').waitFor();
  expect(
    await page.evaluate('JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie'),
  ).not.toContain(accessToken);
  await fillToken(tab, 'operator');
  await page.getByRole('heading', { name: '告警' }).waitFor();
  expect(new URL(page.url()).searchParams.get('state')).toBe('CLOSED');
});
