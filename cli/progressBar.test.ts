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
