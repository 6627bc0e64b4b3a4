import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { askPassword, readPassword } from './askPassword.ts';

/** What is typed on a terminal, answer by answer; what it shows is collected. */
async function typed(
  ...answers: readonly string[]
): Promise<{ password: string; shown: string; raw: string }> {
  let raw = '';
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => void (raw += on ? '+' : '-'),
  });
  const left = [...answers];
  let shown = '';
  const say = (text: string): void => {
    shown += text;
    if (text.endsWith(': ')) setImmediate(() => stdin.write(left.shift() ?? ''));
  };
  const password = await askPassword({ stdin, say });
  return { password, shown, raw };
}

test('a password is asked for twice and never shown', async () => {
  const { password, shown, raw } = await typed('好的 passx\u007fword\r', '好的 password\n');
  expect(password).toBe('好的 password');
  expect(shown).toBe('Password: \nAgain: \n');
  expect(raw).toBe('+-+-');
});

test('two that differ, and Ctrl-C, change nothing', async () => {
  await expect(typed('correct horse\r', 'correct house\r')).rejects.toMatchObject({ code: 'DZ_USAGE' });
  await expect(typed('corr\u0003')).rejects.toThrow(/nothing was changed/);
});

test('from a pipe it is the first line, whole, and nothing else is waited for', async () => {
  expect(await readPassword(Readable.from([Buffer.from('a b '), Buffer.from('c\r\nnext')]))).toBe('a b c');
  expect(await readPassword(Readable.from([Buffer.from('without an end')]))).toBe('without an end');
  await expect(readPassword(Readable.from([Buffer.from(' \n')]))).rejects.toThrow(/no password/);
});
