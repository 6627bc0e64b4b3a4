import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';
import { payment, sendEvents } from './events.ts';

useBrowser();

/** Hospitals are never taken away: each run makes its own. */
const ID = `N${randomUUID().slice(0, 8)}`;

const rowOf = (page: Page) => page.locator('.ant-table-row').filter({ hasText: ID });

async function confirm(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByLabel('修改原因').fill(reason);
  await dialog.getByRole('button', { name: '确认修改' }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('a hospital is added: typed, reviewed, confirmed, and its events are taken by the processes that run', async () => {
  const tab = await logInAs('admin', '/system');
  const { page } = tab;
  await page.getByRole('button', { name: '新增医院' }).click();
  const drawer = page.getByRole('dialog', { name: '新增医院' });
  const submit = drawer.getByRole('button', { name: '查看差异并提交' });
  await drawer.getByLabel('医院编号').fill('H001');
  await drawer.getByText('该编号已存在').waitFor();
  await drawer.getByLabel('医院编号').fill(ID);
  await drawer.getByLabel('名称').fill('新设示范医院');
  expect(await submit.isDisabled()).toBe(true);
  await drawer.getByLabel('微信 商户号').fill(`19${Date.now()}`);
  await drawer.getByRole('spinbutton', { name: '等待对方的时长' }).fill('8');
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await expectNoSideScroll(tab);
  await picture(tab, 'system-add-hospital');
  await submit.click();
  const dialog = page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByText('无须重启').waitFor();
  await dialog.getByRole('cell', { name: '8 分钟' }).waitFor();
  await page.waitForTimeout(400);
  await picture(tab, 'system-add-hospital-diff');
  await confirm(page, '新院上线');
  // It is open, like any other, with where each value comes from.
  await page.getByRole('dialog', { name: '新设示范医院的设置' }).waitFor();
  await page.locator(`[data-setting="/merchants/${ID}/rules/window"]`).getByText('此处').waitFor();
  await page.keyboard.press('Escape');
  await page.getByPlaceholder('按名称或编号查找').fill(ID);
  await rowOf(page).getByText('此处新增').waitFor();
  expect(tab.complaints).toEqual([]);
  // The pipeline has looked by then.
  await page.waitForTimeout(3_000);
  const orderNo = `X${ID}`;
  await sendEvents([payment(ID, orderNo, Date.now())]);
  const { url, tokens } = inject('system');
  const headers = { authorization: `Bearer ${tokens['admin']}` };
  const amountTaken = async (): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v1/orders/${orderNo}?merchantId=${ID}`, { headers });
    return answer.text();
  };
  await expect.poll(amountTaken, { timeout: 15_000 }).toContain('"paidFen":"2500"');
});

test('a hospital is let go with a date, says so, and is taken back', async () => {
  const tab = await logInAs('admin', `/system?of=${ID}`);
  const { page } = tab;
  await page.getByRole('button', { name: '停用医院' }).click();
  const asks = page.getByRole('dialog', { name: '停用 新设示范医院' });
  await asks.getByText('不会丢失').waitFor();
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await picture(tab, 'system-end-hospital');
  await asks.getByRole('button', { name: '查看差异并提交' }).click();
  await page.getByRole('dialog', { name: '确认修改' }).getByText('此日期之后不再自动日结').waitFor();
  await confirm(page, '合作结束');
  await page.getByRole('button', { name: '恢复启用' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByPlaceholder('按名称或编号查找').fill(ID);
  await rowOf(page)
    .getByText(/后停用/)
    .waitFor();
  await picture(tab, 'system-hospitals');
  await rowOf(page).click();
  await page.getByRole('button', { name: '恢复启用' }).click();
  await confirm(page, '续约');
  await page.getByRole('button', { name: '停用医院' }).waitFor();
  expect(tab.complaints).toEqual([]);
});

test('an auditor sees the hospitals and adds none', async () => {
  const tab = await logInAs('auditor', '/system');
  expect(await tab.page.getByRole('button', { name: '新增医院' }).isDisabled()).toBe(true);
  expect(tab.complaints).toEqual([]);
});
