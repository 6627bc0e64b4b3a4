import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

export type SavedFile = { readonly name: string; readonly bytes: Buffer };

/** What the browser saved after something was clicked. */
export async function savedBy(page: Page, click: () => Promise<void>): Promise<SavedFile> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
