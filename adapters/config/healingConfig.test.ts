import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { healingWarnings } from './healingConfig.ts';
import { LiveConfig } from './liveConfig.ts';
import { loadConfig } from './loadConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-healing-'));
const path = join(dir, 'c.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LIMITS = "perOrderYuan: '200', dailyYuan: '2000.50', dailyOrders: 20";
const HDP = 'hdp: { url: http://127.0.0.1:1, keyId: k, keyEnv: HDP_KEY }';
const WECHAT = 'wechat: { serialNo: S, keyFile: k.pem, platformKeys: [{ serialNo: P, file: p.pem }] }';
const UPP = 'refunds: { upp: { url: http://127.0.0.1:2, keyId: k, keyEnv: UPP_KEY } }';

function write(healing: string, { sources = HDP, refunds = UPP, more = '' } = {}): void {
  const own = [sources && `sources: { ${sources} }`, refunds, more, `selfHealing: { ${healing} }`];
  const said = own.filter((each) => each !== '').join(', ');
  writeFileSync(path, `merchants:\n  - { id: A, name: a, channels: { WECHAT: '1' }, ${said} }\n`);
}

function rulesOf(...written: Parameters<typeof write>) {
  write(...written);
  return loadConfig(path).healing.get('A');
}

test('a hospital that says nothing has none, and the repository’s own configuration has it nowhere', () => {
  expect(loadConfig(new URL('../../duizhang.config.yaml', import.meta.url).pathname).healing.size).toBe(0);
});

test('what is not said is the careful side', () => {
  expect(rulesOf(`mode: dry-run, ${LIMITS}`)).toEqual({
    mode: 'dry-run',
    isIntraday: false,
    perOrderFen: 20_000n,
    dailyFen: 200_050n,
    dailyOrders: 20,
    askAgainAfterMs: 300_000,
    notBeforeMs: 1_800_000,
  });
  const more = 'intraday: true, askAgainAfter: 2m, notBefore: 1h';
  expect(rulesOf(`mode: on, ${more}, ${LIMITS}`, { sources: `${HDP}, ${WECHAT}` })).toMatchObject({
    mode: 'on',
    isIntraday: true,
    askAgainAfterMs: 120_000,
    notBeforeMs: 3_600_000,
  });
});

test.each([
  ['mode: maybe', {}, 'selfHealing.mode: must be one of off, dry-run, on'],
  ['mode: on, perOrderYuan: 200', {}, 'perOrderYuan'],
  [`mode: on, ${LIMITS.replace("'200'", "'ten'")}`, {}, "must be an amount in yuan like '500.00'"],
  [`mode: on, ${LIMITS.replace("'200'", "'0'")}`, {}, 'must be more than 0'],
  [
    `mode: on, ${LIMITS.replace("'2000.50'", "'199.99'")}`,
    {},
    'dailyYuan: must be at least perOrderYuan, 200.00',
  ],
  [`mode: on, askAgainAfter: 30s, ${LIMITS}`, {}, 'askAgainAfter: must be between 1m and 24h'],
  [`mode: on, askAgainAfter: soon, ${LIMITS}`, {}, 'must be a duration like 30s, 5m or 24h'],
  [`mode: on, notBefore: 1m, ${LIMITS}`, {}, "notBefore: must be at least the hospital's window, 300s"],
  [`mode: on, limit: 1, ${LIMITS}`, {}, 'is not known here'],
  [`mode: on, ${LIMITS}`, { sources: '' }, 'mode: needs sources.hdp of the merchant'],
  [`mode: dry-run, ${LIMITS}`, { refunds: '' }, 'mode: needs a way to refund'],
  [`mode: on, intraday: true, ${LIMITS}`, {}, 'intraday: needs sources.wechat or sources.alipay'],
  [`mode: on, ${LIMITS}`, { more: 'mode: TWO_WAY' }, 'mode: must be off: a hospital without a HIS feed'],
])('%s (%#) is refused with its place', (healing, beside, words) => {
  write(healing, beside);
  expect(() => loadConfig(path)).toThrow(expect.objectContaining({ code: 'DZ_CONFIG_INVALID' }));
  expect(() => loadConfig(path)).toThrow(words);
});

test('a limit above the amount that needs a second person is warned of', () => {
  const warned = (from: string): readonly string[] => {
    write(`mode: on, ${LIMITS}`, { more: `approvals: { from: '${from}' }` });
    const { healing, resolution } = loadConfig(path);
    return healingWarnings(healing, resolution);
  };
  expect(warned('200.01')).toEqual([]);
  expect(warned('200')).toEqual([
    expect.stringContaining('from 200.00 yuan on a second person has to agree'),
  ]);
});

test('off needs nothing outside, and switching it follows the file without a restart', () => {
  expect(rulesOf(`mode: off, ${LIMITS}`, { sources: '', refunds: '' })).toMatchObject({ mode: 'off' });
  write(`mode: on, ${LIMITS}`);
  const changed: (readonly string[])[] = [];
  const live = new LiveConfig(path, {
    onLoaded: (needsRestart, { merchants }) => void changed.push([...needsRestart, ...merchants]),
    onRefused: (error) => {
      throw error;
    },
  });
  const { healing } = live.config;
  expect(healing.get('A')?.mode).toBe('on');
  write(`mode: off, ${LIMITS}`);
  live.look();
  expect(healing.get('A')?.mode).toBe('off');
  expect(changed).toEqual([['A']]);
});
