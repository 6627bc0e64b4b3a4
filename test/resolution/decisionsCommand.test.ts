import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { readRunFile, writeRunFile } from '../../adapters/process/runFile.ts';
import { decisionsCommand } from '../../cli/commands/decisions.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { rewritten } from '../workbook.ts';
import { DecisionFiles } from './decisionFiles.ts';
import { exceptionLines } from './exceptionLines.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, startCaseSystem } from './resolutionHarness.ts';

const CONFIG = fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url));
const WRITE_OFF = { action: '平账', note: '已与收费处核对' };

let system: CaseSystem;
let files: DecisionFiles;
let [mismatch, channelOnly] = ['', ''];

beforeAll(async () => {
  system = await startCaseSystem();
  files = new DecisionFiles(system);
  const { dataDir } = system.close;
  writeRunFile(dataDir, { ...readRunFile(dataDir), configPath: CONFIG });
  [mismatch, channelOnly] = [system.newOrderNo(), system.newOrderNo()];
  await system.close.writeEvents([
    ...exceptionLines({ mode: 'THREE_WAY', type: 'AMOUNT_MISMATCH', kind: 'PAYMENT' }, mismatch),
    ...exceptionLines({ mode: 'THREE_WAY', type: 'CHANNEL_ONLY', kind: 'PAYMENT' }, channelOnly),
  ]);
  await system.close.close(DATE);
});
afterAll(() => system[Symbol.asyncDispose]());

async function run(...args: readonly string[]) {
  let out = '';
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: () => undefined,
    env: { DUIZHANG_DATA: system.close.dataDir },
    cwd: system.close.dataDir,
  };
  try {
    return { code: await decisionsCommand.run(args, io), out, error: null };
  } catch (error) {
    if (error instanceof DuizhangError) return { code: 2, out, error: error.code };
    throw error;
  }
}

async function given(name: string, bytes: Uint8Array | string): Promise<string> {
  await writeFile(join(system.close.dataDir, name), bytes);
  return name;
}

const importFile = (name: string, ...more: readonly string[]) => run('import', name, '--user', 'li', ...more);

test('a table tells of each row what came of it, in Chinese, and why not', async () => {
  const bytes = await files.filled({ [mismatch]: WRITE_OFF, [channelOnly]: WRITE_OFF });
  const name = await given('decided.xlsx', bytes);
  const dry = await importFile(name, '--dry-run');
  expect(dry.code).toBe(1);
  const lines = dry.out.split('\n');
  expect(lines[0]).toMatch(/^行 +芸泰流水号 +处理 +结果 +原因$/);
  expect(lines[1]).toMatch(new RegExp(`^2 +${mismatch} +平账 +可执行$`));
  expect(lines[2]).toMatch(
    new RegExp(`^3 +${channelOnly} +平账 +拒绝 +此类异常不支持该操作 \\(DZ_ACTION_NOT_FOR_TYPE\\)$`),
  );
  expect(lines[3]).toBe('填写 2 行：可行 1 行，拒绝 1 行；未填写 0 行（试运行，未写入任何内容）');
  expect(await system.rowsOf(mismatch)).toEqual([]);

  const other = await importFile(name, '--merchant', 'H002', '--json');
  expect(other.code).toBe(1);
  expect(JSON.parse(other.out)).toMatchObject({
    isDryRun: false,
    rows: [{ error: { code: 'DZ_DECISION_CASE' } }, { error: { code: 'DZ_DECISION_CASE' } }],
  });

  const done = await importFile(name, '--merchant', 'H001', '--json');
  expect(done.code).toBe(1);
  expect(JSON.parse(done.out)).toMatchObject({
    leftEmpty: 0,
    rows: [
      { row: 2, orderNo: mismatch, action: 'WRITE_OFF', state: 'DONE', caseStatus: 'RESOLVED' },
      { row: 3, orderNo: channelOnly, state: 'REFUSED', error: { code: 'DZ_ACTION_NOT_FOR_TYPE' } },
    ],
  });
  expect((await system.rowsOf(mismatch)).at(-1)).toMatchObject({ operator: 'li', step: 'RECORDED' });
  const again = await importFile(name, '--json');
  expect(JSON.parse(again.out)).toEqual(JSON.parse(done.out));
});

test('exit code 0 when every row that is filled in succeeds, also when none is', async () => {
  const none = await importFile(await given('empty.xlsx', await files.exported()));
  expect(none).toMatchObject({ code: 0 });
  expect(none.out).toContain('填写 0 行：成功 0 行，拒绝 0 行；未填写 2 行');
});

describe('a file that is not taken', () => {
  const rename = (bytes: Uint8Array, from: string, to: string) =>
    rewritten(bytes, (_, xml) => xml.replace(`>${from}<`, `>${to}<`));

  test.each([
    ['is not there', null, 'DZ_FILE_UNREADABLE'],
    ['is a CSV', () => Promise.resolve('商户号,芸泰流水号\r\nH001,1\r\n'), 'DZ_DECISIONS_FILE'],
    ['is cut off', async () => (await files.exported()).subarray(0, 2000), 'DZ_DECISIONS_FILE'],
    [
      'is an archive of something else',
      () => rewrittenAs(files.exported(), 'other.xml'),
      'DZ_DECISIONS_FILE',
    ],
    ['lacks a column', async () => rename(await files.exported(), '处理', '处置'), 'DZ_DECISIONS_COLUMNS'],
    [
      'has a column twice',
      async () => rename(await files.exported(), '状态代码', '备注'),
      'DZ_DECISIONS_COLUMNS',
    ],
    [
      'has cells merged over rows',
      async () =>
        rewritten(await files.exported(), (path, xml) =>
          path.endsWith('sheet1.xml')
            ? xml.replace('</sheetData>', '</sheetData><mergeCells><mergeCell ref="A2:AZ3"/></mergeCells>')
            : xml,
        ),
      'DZ_DECISIONS_MERGED',
    ],
  ] as const)('because it %s ends with 2', async (_, bytesOf, code) => {
    if (bytesOf) await given('refused.xlsx', await bytesOf());
    const name = bytesOf ? 'refused.xlsx' : 'nowhere.xlsx';
    expect(await importFile(name)).toMatchObject({ code: 2, error: code });
    const told = await importFile(name, '--json');
    expect([told.code, JSON.parse(told.out)]).toMatchObject([2, { error: { code } }]);
  });

  test('says which columns it lacks', async () => {
    const bytes = await rename(await rename(await files.exported(), '处理', '处置'), '异常编号', '编号');
    await expect(files.read(bytes)).rejects.toMatchObject({
      message: expect.stringContaining('lacks the columns 异常编号, 处理'),
      messageZh: expect.stringContaining('异常编号、处理'),
    });
  });

  async function rewrittenAs(bytes: Promise<Uint8Array>, path: string): Promise<Uint8Array> {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(await bytes), path);
    zip.end();
    return buffer(zip.outputStream);
  }
});

test.each([[['import']], [['import', 'a.xlsx']], [['export', 'a.xlsx', '--user', 'li']]])(
  '%j is bad usage',
  async (args) => {
    expect(await run(...args)).toMatchObject({ code: 2, error: 'DZ_USAGE' });
  },
);
