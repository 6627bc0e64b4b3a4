import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { businessDateOf } from '../../domain/businessDate.ts';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';
import { payment, sendEvents } from './events.ts';

// 单边账查询: HIS is asked for an order of today; what it lacks goes back by a code.

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

useBrowser();

/** The code that was sent to somebody last, of an order. */
async function codeOf(user: string, orderNo: string): Promise<string> {
  const env = { ...process.env, DUIZHANG_DATA: inject('system').dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'notices', '--user', user], { env });
  const line = stdout.split('\n').findLast((each) => each.includes(orderNo));
  const [, code] = /验证码 (\d{6})/.exec(line ?? '') ?? [];
  if (code === undefined) throw new Error(`no code was sent for ${orderNo}: ${stdout}`);
  return code;
}

async function paidToday(merchantId: string): Promise<string> {
  const orderNo = `OS${randomUUID().slice(0, 8)}`;
  await sendEvents([payment(merchantId, orderNo, Date.now() - 1_000)]);
  return orderNo;
}

/** Until the order has come to the ledger. */
async function check(page: Page, state: string): Promise<void> {
  const found = page.locator(`[data-check=${state}]`);
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: '查询', exact: true }).click();
        await page.locator('[data-check], #content [role=alert]').first().waitFor();
        return found.count();
      },
      { timeout: 30_000, interval: 1_000 },
    )
    .toBe(1);
}

test('an order that HIS surely lacks is offered for refund, and goes back by the code', async () => {
  const orderNo = await paidToday('H001');
  const tab = await logInAs('operator', `/one-sided?hospital=H001&order=${orderNo}`);
  const { page } = tab;
  await check(page, 'HIS_LACKS_IT');
  await page.getByText(/退款有效期剩余 [12]:\d\d/).waitFor();
  await page.getByText('订单金额').waitFor();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await expectNoSideScroll(tab);
  await picture(tab, 'one-sided');
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  await page.getByRole('button', { name: /\d+ 秒后可重发/ }).waitFor();
  await page.getByLabel('备注').fill('HIS 未入账');
  await page.getByLabel('验证码', { exact: true }).last().fill('000000');
  const refund = page.getByRole('button', { name: '退款', exact: true });
  await refund.click();
  await page.locator('#content [role=alert]', { hasText: '验证码' }).first().waitFor();
  await page
    .getByLabel('验证码', { exact: true })
    .last()
    .fill(await codeOf('operator', orderNo));
  await refund.click();
  // The simulated gateway has never heard of this payment: nothing went back, and it says what to do.
  const result = page.locator('[data-refund]');
  await result.waitFor({ timeout: 20_000 });
  expect(await result.innerText()).toMatch(/未退款 ¥25\.00.*请联系平台管理员核对.*退款单号/s);
  await picture(tab, 'one-sided-refunded');
  expect(tab.complaints).toEqual([]);
});

/** Of today, as far as the demo's day reaches into it. @returns undefined: it does not */
async function bookedToday(merchantId: string): Promise<string | undefined> {
  const { url, tokens } = inject('system');
  const today = businessDateOf(Date.now());
  const query = `format=jsonl&merchantId=${merchantId}&from=${today}&to=${today}`;
  const headers = { authorization: `Bearer ${tokens['viewer']}` };
  const text = await (await fetch(`${url}/api/v1/exports/entries?${query}`, { headers })).text();
  const entries: readonly Record<string, string>[] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const payments = entries.filter(({ kind, source }) => kind === 'PAYMENT' && source === 'EVENT');
  const atPlatform = new Set(
    payments.filter(({ book }) => book === 'PLATFORM').map(({ orderNo }) => orderNo),
  );
  return payments.find(
    ({ book, orderNo = '' }) => book === 'MERCHANT' && orderNo.startsWith('HP') && atPlatform.has(orderNo),
  )?.['orderNo'];
}

test('an order that HIS has is not one-sided, and nothing is offered', async ({ skip }) => {
  const orderNo = await bookedToday('H001');
  if (orderNo === undefined) return skip('the demo has no order of today');
  const tab = await logInAs('operator', `/one-sided?hospital=H001&order=${orderNo}`);
  await check(tab.page, 'HIS_HAS_IT');
  await tab.page.getByText('HIS 单号').waitFor();
  expect(await tab.page.getByRole('button', { name: '退款', exact: true }).count()).toBe(0);
  await picture(tab, 'one-sided-booked');
  expect(tab.complaints).toEqual([]);
});

test('where HIS cannot be asked it is not taken for an absence', async () => {
  const orderNo = await paidToday('H004');
  const tab = await logInAs('operator', `/one-sided?hospital=H004&order=${orderNo}`);
  const { page } = tab;
  await check(page, 'UNCLEAR');
  await page.getByText('这不等于未入账').waitFor();
  expect(await page.getByRole('button', { name: '退款', exact: true }).count()).toBe(0);
  await picture(tab, 'one-sided-unclear');
  expect(tab.complaints).toEqual([]);
});

test('an order that is not there, and one who may not ask, are told so', async () => {
  const tab = await logInAs('operator', '/one-sided?hospital=H001&order=NONE1');
  const { page } = tab;
  await page.getByRole('button', { name: '查询', exact: true }).click();
  await page.getByRole('alert').first().waitFor();
  expect(await page.locator('#content').innerText()).toContain('记录不存在');
  const auditor = await logInAs('auditor', '/one-sided');
  expect(await auditor.page.getByRole('button', { name: '查询', exact: true }).isDisabled()).toBe(true);
  expect([...tab.complaints, ...auditor.complaints]).toEqual([]);
});
