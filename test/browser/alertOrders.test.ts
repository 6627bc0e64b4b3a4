import { expect, inject, test } from 'vitest';
import { expectAccessible, logInAs, picture, useBrowser } from './browser.ts';

useBrowser();

type Item = { readonly alertId: string; readonly state: 'OPEN' | 'CLOSED' };
type Order = { readonly merchantId: string; readonly orderNo: string };
async function listOf<Row>(path: string): Promise<readonly Row[]> {
  const { url, tokens } = inject('system');
  const headers = { authorization: `Bearer ${tokens['operator']}` };
  const answer = await fetch(`${url}/api/v1${path}`, { headers });
  const { items }: { items: readonly Row[] } = JSON.parse(await answer.text());
  return items;
}

/** The alert of the demo that speaks of the most orders. */
async function alertWithOrders(): Promise<Item & { readonly orders: readonly Order[] }> {
  const alerts = await listOf<Item>('/alerts?limit=200');
  const found = await Promise.all(
    alerts.map(async (alert) => ({
      ...alert,
      orders: await listOf<Order>(`/alerts/${alert.alertId}/orders?limit=200`),
    })),
  );
  const [most] = found.toSorted((a, b) => b.orders.length - a.orders.length);
  if (!most) throw new Error('the demo has no alerts');
  return most;
}

test('an alert shows all its orders, page by page, and each leads to the order and its exceptions', async () => {
  const { alertId, state, orders } = await alertWithOrders();
  expect(orders.length).toBeGreaterThan(0);
  // A link opens it whatever list is shown: it may have been closed since it was sent.
  const others = state === 'OPEN' ? 'CLOSED' : 'OPEN';
  const tab = await logInAs('operator', `/alerts?state=${others}&alert=${alertId}`);
  const { page } = tab;
  const drawer = page.getByRole('dialog');
  const rows = drawer.locator('tbody tr.ant-table-row');
  for (let shown = Math.min(20, orders.length); ; shown = Math.min(shown + 20, orders.length)) {
    await expect.poll(() => rows.count()).toBe(shown);
    if (shown === orders.length) break;
    await drawer.getByRole('button', { name: '更多订单' }).click();
  }
  expect(await drawer.getByRole('button', { name: '更多订单' }).count()).toBe(0);
  expect(await rows.getByRole('link').allInnerTexts()).toEqual(orders.map(({ orderNo }) => orderNo));
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await picture(tab, 'alert-orders');
  const { orderNo = '', merchantId = '' } = orders[0] ?? {};
  await rows.first().getByRole('link').click();
  await page
    .getByText(/该订单的异常|没有异常|异常/)
    .first()
    .waitFor();
  const address = new URL(page.url());
  expect([address.pathname, address.searchParams.get('order'), address.searchParams.get('hospital')]).toEqual(
    ['/exceptions', orderNo, merchantId],
  );
  await page.getByRole('button', { name: '申请退款' }).waitFor();
  expect(tab.complaints).toEqual([]);
});
