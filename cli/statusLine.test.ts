import { expect, test } from 'vitest';
import { StatusLine } from './statusLine.ts';

const CLEAR = '\r\u001b[K';

function lineOn(stream: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  let nowMs = 0;
  const line = new StatusLine({ ...stream, write: (text: string) => written.push(text) }, () => nowMs);
  return { line, written, pass: (ms: number) => (nowMs += ms) };
}

test('a terminal shows one line, cut to its width, and what is said above it', () => {
  const { line, written } = lineOn({ isTTY: true, columns: 10 });
  line.show('a long status');
  line.say('the pipeline ended');
  line.clear();
  line.say('bye');
  expect(written).toEqual([`${CLEAR}a long st`, `${CLEAR}the pipeline ended\na long st`, CLEAR, 'bye\n']);
});

test('elsewhere a status is a line every five seconds, and what is said always one', () => {
  const { line, written, pass } = lineOn({});
  line.show('one');
  pass(4_999);
  line.show('two');
  line.say('said');
  pass(1);
  line.show('three');
  expect(written).toEqual(['one\n', 'said\n', 'three\n']);
});
