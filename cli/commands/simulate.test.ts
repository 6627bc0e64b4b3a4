import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulateCommand } from './simulate.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duizhang-simulate-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function simulate(...args: readonly string[]): Promise<string> {
  let stdout = '';
  const code = await simulateCommand.run(['--date', '2026-03-09', '--orders', '60', ...args], {
    stdout: (text) => void (stdout += text),
    stderr: () => undefined,
    env: {},
    cwd: folder,
  });
  expect(code).toBe(0);
  return stdout;
}

async function contentOf(name: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (path) => {
    return [path.slice(join(folder, name).length + 1), (await readFile(path)).toString('base64')] as const;
  });
  return new Map((await Promise.all(read)).toSorted(([a], [b]) => a.localeCompare(b)));
}

describe('simulate', () => {
  test('writes events, books and truth, the same bytes for the same seed', async () => {
    await simulate('--out', 'one', '--seed', '4', '--merchants', '2');
    await simulate('--out', 'two', '--seed', '4', '--merchants', '2');
    await simulate('--out', 'other', '--seed', '5', '--merchants', '2');
    const one = await contentOf('one');
    expect(await contentOf('two')).toEqual(one);
    expect(await contentOf('other')).not.toEqual(one);
    expect([...one.keys()]).toEqual(
      expect.arrayContaining([
        'events.ndjson',
        'truth.json',
        'books/H001/H001-his-20260309.csv',
        'books/H001/H001-platform-20260309.csv',
        'books/H001/H001-unionpay-20260309.zip',
        'books/H002/H002-alipay-trade-20260309.zip',
        'books/H002/H002-wechat-all-20260309.csv.gz',
      ]),
    );
  });

  test('writes each delivery as a line, bytes that are no event in base64', async () => {
    const summary: unknown = JSON.parse(
      await simulate('--out', 'lines', '--defects', 'undecodable-event=2', '--json'),
    );
    const text = await readFile(join(folder, 'lines', 'events.ndjson'), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(summary).toMatchObject({ merchants: ['H001'], orders: 60, events: lines.length });
    expect(lines.filter((line) => typeof line['bytes'] === 'string')).toHaveLength(2);
    const arrivals = lines.map((line) => Date.parse(String(line['arrivesAt'])));
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(JSON.parse(await readFile(join(folder, 'lines', 'truth.json'), 'utf8'))).toMatchObject({
      seed: 1,
      date: '2026-03-09',
      deadLetters: { DZ_EVENT_UNDECODABLE: 2 },
    });
  });

  test('replaces an earlier simulation, and nothing else', async () => {
    await simulate('--out', 'again', '--merchants', '2');
    await simulate('--out', 'again');
    expect(await readdir(join(folder, 'again', 'books'))).toEqual(['H001']);
    await writeFile(join(folder, 'again', 'notes.txt'), 'mine');
    await expect(simulate('--out', 'again')).rejects.toThrow(/notes\.txt.*name an empty or a new folder/);
    expect(await readdir(join(folder, 'again'))).toContain('truth.json');
  });

  test.each([
    [['--orders', '0'], /--orders 0 is not a whole number from 1/],
    [['--seed', '1.5'], /--seed 1.5/],
    [['--date', '2026-02-30'], /not a calendar date/],
    [['--merchants', '500'], /has 20 hospitals/],
    [['--defects', 'nonsense=1'], /no defect "nonsense".*merchant-only-payment/],
    [['--nonsense'], /see \.\/duizhang simulate --help/],
  ])('refuses %j, saying why', async (args, why) => {
    await expect(simulate('--out', 'bad', ...args)).rejects.toThrow(why);
  });
});
