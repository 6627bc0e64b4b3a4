import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../adapters/process/freePort.ts';
import { CLIENT, OidcProvider } from '../access/oidcProvider.ts';
import type { Tab } from './browser.ts';
import { expectAccessible, openTab, picture, useBrowser } from './browser.ts';
import type { Listed } from './caseHelp.ts';
import { codeFor, drawerOf, stakeOf, submit } from './caseHelp.ts';
import { PASSWORD, startDemo } from './startSystem.ts';

// A system of its own, whose logins are too old for money after seconds, and which has an identity provider.

const FRESH_MS = 10_000;
const ACCOUNTS = {
  wang: { name: '王芳', dz_roles: ['operator', 'approver'], dz_scope: 'H001' },
  guest: { name: '访客', dz_roles: [], dz_scope: '' },
};

useBrowser();
let provider: OidcProvider;
let demo: Awaited<ReturnType<typeof startDemo>>;
beforeAll(async () => {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  provider = await OidcProvider.start({ address, accounts: ACCOUNTS });
  process.env['OIDC_CLIENT'] = CLIENT.secret;
  demo = await startDemo({
    port,
    more: `access:
  freshLogin: ${FRESH_MS / 1000}s
  oidc:
    issuer: ${provider.issuer}
    audience: duizhang
    rolesClaim: dz_roles
    scopeClaim: dz_scope
    login: { clientId: ${CLIENT.clientId}, keyEnv: OIDC_CLIENT, address: '${address}' }
`,
  });
}, 180_000);
afterAll(async () => {
  await demo.stop();
  await provider[Symbol.asyncDispose]();
});

/** Payments that only the channel knows, each for one test. */
async function lostPayment(nth: number): Promise<Listed> {
  const { url, tokens } = demo.system;
  const query = 'status=OPEN&limit=200&merchantId=H001&type=CHANNEL_ONLY&kind=PAYMENT';
  const headers = { authorization: `Bearer ${tokens['operator']}` };
  const answer = await fetch(`${url}/api/v1/exceptions?${query}`, { headers });
  const { items } = (await answer.json()) as { readonly items: readonly Listed[] };
  const found = items.filter((item) => !item.possiblyCrossDay && stakeOf(item) < 50_000)[nth];
  if (!found) throw new Error(`the demo has no payment ${nth} that is lost`);
  return found;
}

async function logInByPassword({ page }: Tab): Promise<void> {
  const form = page.getByRole('tabpanel').first();
  await form.getByLabel('用户名').fill('li');
  await form.getByLabel('密码').first().fill(PASSWORD);
  await form.getByRole('button', { name: '登录' }).click();
}

/** Says who it is in the window that opens, which goes away by itself. */
async function logInAtProvider(page: Page, account: string): Promise<void> {
  const opens = page.waitForEvent('popup');
  await page.getByRole('button', { name: '统一登录' }).last().click();
  const popup = await opens;
  await popup.getByLabel('Account').fill(account);
  const closes = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Sign in' }).click();
  await closes;
}

/** Until the login of a page is too old for money; then the refund is filled in and sent. */
async function refundStale(page: Page, user: string): Promise<void> {
  await drawerOf(page).getByRole('button', { name: '退款', exact: true }).click();
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText(/验证码有效，剩余/).waitFor();
  const code = await codeFor(user, demo.system.dataDir);
  await page.getByLabel('验证码', { exact: true }).fill(code);
  await page.getByLabel('备注').fill('HIS 未入账，已联系患者');
  await pause(FRESH_MS + 500);
  await submit(page);
}

/** How often the API itself said that the login is too old. */
function staleAnswers(page: Page): () => Promise<number> {
  const bodies: Promise<string>[] = [];
  page.on('response', (answer) => void (answer.status() === 401 && bodies.push(answer.text())));
  return async () => (await Promise.all(bodies)).filter((body) => body.includes('DZ_LOGIN_STALE')).length;
}

test('a login by password that has grown old is asked for again, and the refund goes on as it was', async () => {
  const { id } = await lostPayment(0);
  const tab = await openTab({ url: demo.system.url });
  const { page } = tab;
  await page.goto(`/?case=${id}`);
  await logInByPassword(tab);
  const stale = staleAnswers(page);
  await refundStale(page, 'li');
  const dialog = page.getByRole('dialog').filter({ hasText: '请再次确认身份' });
  await dialog.getByLabel('密码').fill('wrong words');
  await dialog.getByRole('button', { name: '确定' }).last().click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('密码').fill(PASSWORD);
  await dialog.getByRole('button', { name: '确定' }).last().click();
  await drawerOf(page).getByText('已处理').first().waitFor({ timeout: 20_000 });
  expect(await stale()).toBe(1);
  expect(tab.complaints).toEqual([]);
});

test('whoever logs in at the provider is let in, asked again there for money, and the refund goes on as it was', async () => {
  const { id } = await lostPayment(0);
  const tab = await openTab({ url: demo.system.url });
  const { page } = tab;
  await page.goto(`/?case=${id}`);
  await page.getByRole('button', { name: '统一登录' }).waitFor();
  await expectAccessible(tab);
  await picture(tab, 'login-provider');
  await logInAtProvider(page, 'wang');
  await page.getByText('王芳').first().waitFor();
  const inStorage = 'JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie';
  expect(await page.evaluate(inStorage)).not.toMatch(/oidc|eyJ/);
  const stale = staleAnswers(page);
  await refundStale(page, 'oidc:wang');
  await page.getByText('需要重新统一登录').waitFor();
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await picture(tab, 'fresh-login-provider');
  // The provider knows them, and asks all the same.
  await logInAtProvider(page, 'wang');
  await drawerOf(page).getByText('已处理').first().waitFor({ timeout: 20_000 });
  expect(await stale()).toBe(1);
  expect(tab.complaints).toEqual([]);
});

test('whoever the provider knows and nobody here is told so; a window that is given up is no end', async () => {
  const tab = await openTab({ url: demo.system.url });
  const { page } = tab;
  await page.goto('/');
  const opens = page.waitForEvent('popup');
  await page.getByRole('button', { name: '统一登录' }).click();
  await (await opens).close();
  await page.getByRole('button', { name: '取消' }).click();
  await page.getByText('请在打开的窗口中完成登录').waitFor({ state: 'detached' });
  await logInAtProvider(page, 'guest');
  await page.getByText('访客 已通过统一登录').waitFor();
  await page.getByRole('tab', { name: '密码登录' }).waitFor();
  await picture(tab, 'login-provider-nobody');
  expect(tab.complaints).toEqual([]);
});
