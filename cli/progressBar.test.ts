import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withProgress } from './progressBar.ts';

const CHUNK = new Uint8Array(1_000_000);

/** Reads ten chunks, one each `stepMs`. @returns what stderr got */
async function read(stepMs: number, terminal: { columns: number } | null, total: number | null = 10_000_000) {
  let clock = 0;
  const said: string[] = [];
  async function* chunks() {
    for (let n = 0; n < 10; n += 1) {
      clock += stepMs;
      yield CHUNK;
    }
  }
  let bytes = 0;
  const io = { stderr: (text: string) => void said.push(text), ...(terminal && { terminal }) };
  for await (const chunk of withProgress(chunks(), 'reading', total, io, () => clock)) bytes += chunk.length;
  expect(bytes).toBe(10_000_000);
  return said;
}

test('a bar grows on a terminal, and is taken away at the end', async () => {
  const said = await read(200, { columns: 80 });
  expect(said[0]).toContain('reading █████████░░░░░░░░░░░░░░░░░░░░░ 30% of 10.0 MB 5.0 MB/s');
  expect(said.at(-2)).toContain('100%');
  expect(said.at(-1)).toBe('\r\u001b[K');
});

test('what is read at once shows no bar, and what is read fast shows ten a second', async () => {
  expect(await read(20, { columns: 80 })).toEqual([]);
  expect((await read(90, { columns: 80 })).length).toBeLessThan(5);
});

test('a size that is not known is told by what was read', async () => {
  expect((await read(200, { columns: 80 }, null))[0]).toContain('reading 3.0 MB 5.0 MB/s');
});

test('no terminal, no bar', async () => {
  expect(await read(1000, null)).toEqual([]);
});

const LAUNCHER = join(import.meta.dirname, '..', 'duizhang');
/** A bill of two lines whose second one takes its time. */
const SLOWLY =
  'echo order_no,refund_no,kind,amount,occurred_at; sleep 3; echo A,,PAYMENT,1.00,2026-03-05 10:00:00';
/** util-linux gives a command a terminal of its own; elsewhere `script` is another program. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout);

function atTerminal(options: string): string {
  const command = `(${SLOWLY}) | ${LAUNCHER} bill parse /dev/stdin ${options}`;
  return spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' }).stdout;
}

test.runIf(hasScript)('on a real terminal people see it, and a machine that reads JSON does not', () => {
  const said = atTerminal('');
  expect(said).toMatch(/\r\u001b\[Kreading 0\.0 MB .*\r\u001b\[K/);
  expect(said).toMatch(/payments +1 {2}1\.00 yuan/);
  expect(atTerminal('--json')).toMatch(/^\{"format":"plain-csv"[^\u001b]*\}\r\n$/);
});
