import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configCommand } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-config-check-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function check(channelsOf: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const merchants = Object.entries(channelsOf).map(
    ([id, channels]) => `  - { id: ${id}, name: ${id}, channels: ${channels} }\n`,
  );
  writeFileSync(join(dir, 'c.yaml'), `merchants:\n${merchants.join('')}`);
  let shown = '';
  const exitCode = await configCommand.run(['check', 'c.yaml', '--json'], {
    cwd: dir,
    env: {},
    stdout: (text) => void (shown += text),
    stderr: (text) => void (shown += text),
  });
  expect(exitCode).toBe(0);
  return JSON.parse(shown).warnings;
}

const OWN = "{ merchantNo: '1', ownRows: { orderNoPrefixes: [A] } }";

test('hospitals that share a number at a channel have to say which rows are their own', async () => {
  expect(await check({ A: "{ WECHAT: '1' }", B: "{ WECHAT: '1' }", C: "{ WECHAT: '2' }" })).toEqual([
    expect.stringMatching(/^A, B share the WECHAT number 1, and A, B have no ownRows/),
  ]);
  expect(await check({ A: `{ WECHAT: ${OWN} }`, B: "{ WECHAT: '1' }" })).toEqual([
    expect.stringMatching(/^A, B share the WECHAT number 1, and B has no ownRows/),
  ]);
});

test('there is nothing to warn of where all say so, or where one number is of two channels', async () => {
  expect(await check({ A: `{ WECHAT: ${OWN} }`, B: `{ WECHAT: ${OWN} }` })).toEqual([]);
  expect(await check({ A: "{ WECHAT: '1' }", B: "{ ALIPAY: '1' }" })).toEqual([]);
});
