import type { ReadStream } from 'node:tty';
import type { Readable } from 'node:stream';
import { DuizhangError } from '../domain/errors.ts';
import { MOST_PASSWORD } from '../domain/passwordRules.ts';

type Terminal = {
  readonly stdin: Readable | ReadStream;
  readonly say: (text: string) => void;
};

/** UTF-8 takes four bytes a character at most. */
const MOST_BYTES = MOST_PASSWORD * 4 + 2;

/** A password from a pipe: its first line. @throws DZ_USAGE */
export async function readPassword(stdin: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin) {
    const more = Buffer.from(piece);
    pieces.push(more);
    bytes += more.length;
    if (more.includes('\n') || bytes > MOST_BYTES) break;
  }
  const [line = ''] = Buffer.concat(pieces).toString('utf8').split('\n');
  if (line.trim() === '') throw new DuizhangError('DZ_USAGE', 'there is no password on standard input');
  return line.replace(/\r$/, '');
}

/** Asks twice, and shows nothing of what is typed. @throws DZ_USAGE */
export async function askPassword({ stdin, say }: Terminal): Promise<string> {
  if (!('setRawMode' in stdin) || !stdin.isTTY) {
    throw new DuizhangError(
      'DZ_USAGE',
      'there is no terminal to ask on; --password-stdin reads a password from a pipe',
    );
  }
  const first = await askOnce('Password: ', stdin, say);
  if ((await askOnce('Again: ', stdin, say)) === first) return first;
  throw new DuizhangError('DZ_USAGE', 'the two are not the same; nothing was changed');
}

async function askOnce(question: string, stdin: ReadStream, say: (text: string) => void): Promise<string> {
  say(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  const typed: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const take = (text: string): void => {
    for (const char of text) {
      if (char === '\r' || char === '\n') return resolve(typed.join(''));
      if (char === '\u0003' || char === '\u0004') {
        return reject(new DuizhangError('DZ_USAGE', 'nothing was changed'));
      }
      if (char === '\u007f' || char === '\b') typed.pop();
      else if (char >= ' ') typed.push(char);
    }
  };
  stdin.on('data', take);
  try {
    return await promise;
  } finally {
    stdin.off('data', take);
    stdin.setRawMode(false);
    stdin.pause();
    say('\n');
  }
}
