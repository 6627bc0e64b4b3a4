import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { expect, inject } from 'vitest';

// What the tests of cases share: which exceptions there are, and the codes that the demo delivers by its command.

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;
const run = promisify(execFile);

export type Listed = {
  readonly id: string;
  readonly type: string;
  readonly kind: string;
  readonly merchantId: string;
  readonly orderNo: string;
  readonly businessDate: string;
  readonly possiblyCrossDay: boolean;
  readonly merchantFen: string | null;
  readonly platformFen: string | null;
  readonly channelFen: string | null;
};

export function askedAs(user: string, path: string): Promise<Response> {
  const { url, tokens } = inject('system');
  return fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${tokens[user] ?? ''}` } });
}

/** Exceptions on which nobody has worked. */
export async function openExceptions(filter: string): Promise<readonly Listed[]> {
  const answer = await askedAs('operator', `/exceptions?status=OPEN&limit=200&${filter}`);
  const body = (await answer.json()) as { readonly items: readonly Listed[] };
  return body.items;
}

export async function openException(filter: string, fits: (item: Listed) => boolean = () => true) {
  const item = (await openExceptions(filter)).find(fits);
  if (!item) throw new Error(`the demo has no open exception of ${filter}`);
  return item;
}

export function stakeOf({ channelFen, platformFen, merchantFen }: Listed): number {
  return Number(channelFen ?? platformFen ?? merchantFen ?? 0);
}

/** The code that was sent last to a user. @param dataDir absent: of the system that all share */
export async function codeFor(user: string, dataDir = dataFolder()): Promise<string> {
  const env = { ...process.env, DUIZHANG_DATA: dataDir };
  const { stdout } = await run(process.execPath, [MAIN, 'notices', '--user', user], { env });
  const code = /\b(\d{6})\b/.exec(stdout)?.[1];
  if (code === undefined) throw new Error(`no code in: ${stdout}`);
  return code;
}

function dataFolder(): string {
  return inject('system').dataDir;
}

export function drawerOf(page: Page): Locator {
  return page.locator('.ant-drawer-content-wrapper');
}

/** Presses a button of the open dialog's foot. */
export async function submit(page: Page): Promise<void> {
  await page
    .getByRole('dialog')
    .last()
    .getByRole('button', { name: /^(提 ?交|Submit)$/ })
    .click();
}

/** What the page shows has no code of ours in it. */
export async function expectNoCodes(page: Page): Promise<void> {
  const text = await page.locator('body').innerText();
  expect(text.match(/\b[A-Z]{3,}_[A-Z_]{3,}\b/g) ?? []).toEqual([]);
}
