import { expect, inject, test } from 'vitest';
import { logInAs, useBrowser } from './browser.ts';

useBrowser();

test('a number of the home page leads to what it counts, a hospital of its board to how its day ended', async () => {
  const tab = await logInAs('operator', '/');
  const { page } = tab;
  const content = page.locator('#content');
  await content.getByRole('link', { name: '待处理异常' }).click();
  await page.getByRole('heading', { level: 1, name: '异常订单' }).waitFor();
  await page.goBack();
  await content.getByRole('link', { name: '进行中的告警' }).click();
  await page.getByRole('heading', { level: 1, name: '告警' }).waitFor();
  await page.goBack();
  await content.locator('a[href^="/three-way/"]').first().click();
  await page.getByRole('tab', { name: '对账凭证' }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/three-way\/[0-9a-f-]{36}$/);
  expect(tab.complaints).toEqual([]);
});

test('the number of days that wait is what the board shows; who never sent anything is not connected in both', async () => {
  const tab = await logInAs('operator', '/');
  const board = tab.page.locator('.ant-card', { hasText: '日结看板' }).last();
  await board.getByText('尚未接入').first().waitFor();
  const waiting = await board.getByText('待对账', { exact: true }).count();
  const figure = tab.page.locator('.ant-card', { hasText: '待对账' }).first();
  expect(await figure.locator('.ant-statistic-content').innerText()).toBe(String(waiting));
  expect(await board.innerText()).not.toContain('未对账');
  await board.getByText('没有收到过数据').first().waitFor();
  expect(tab.complaints).toEqual([]);
});

test('nobody is led to a page that is not in their menu', async () => {
  const { page } = await logInAs('viewer', '/');
  await page.locator('#content a[href^="/three-way/"]').first().waitFor();
  expect(await page.locator('#content a[href^="/alerts"]').count()).toBe(0);
});

test('whatever an alert is of, its drawer tells it in words', async () => {
  const { url, tokens } = inject('system');
  const headers = { authorization: `Bearer ${tokens['operator']}` };
  const answer = await fetch(`${url}/api/v1/alerts?limit=200`, { headers });
  const { items }: { items: readonly { alertId: string; kind: string }[] } = JSON.parse(await answer.text());
  const ofKinds = [...Map.groupBy(items, ({ kind }) => kind).values()].flatMap(([first]) => first ?? []);
  expect(ofKinds.length).toBeGreaterThan(1);
  const { page } = await logInAs('operator', '/alerts?state=ALL');
  for (const { alertId, kind } of ofKinds) {
    await page.evaluate(
      `history.pushState({}, '', '/alerts?state=ALL&alert=${alertId}'); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    const drawer = page.getByRole('dialog');
    await drawer.getByText(alertId.slice(0, 8)).waitFor();
    expect(await drawer.innerText(), kind).not.toMatch(/依据（|[A-Z]{3,}_[A-Z]+|T\d\d:\d\d:\d\d/);
  }
});
