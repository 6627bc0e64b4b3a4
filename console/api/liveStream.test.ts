import { expect, test } from 'vitest';
import type { LiveEvent } from './liveStream.ts';
import { EventParser, LiveStream } from './liveStream.ts';

const sse = (...blocks: readonly string[]): Response =>
  new Response(blocks.map((each) => `${each}\n\n`).join(''));

test('events are read however they are cut', () => {
  const seen: LiveEvent[] = [];
  const text =
    'retry: 2000\n\n: here\n\nevent: alert\nid: 5-0\ndata: {"a":"\\n"}\n\nevent: reset\nid: 6-0\ndata: {}\n\n';
  for (let size = 1; size < 9; size += 1) {
    seen.length = 0;
    const parser = new EventParser((event) => seen.push(event));
    for (let at = 0; at < text.length; at += size) parser.feed(text.slice(at, at + size));
    expect(seen).toEqual([
      { id: '5-0', topic: 'alert', data: { a: '\n' } },
      { id: '6-0', topic: 'reset', data: {} },
    ]);
  }
});

test('a lost stream is told, waited for longer each time, and gone on with behind the last event', async () => {
  const asked: (string | null)[] = [];
  const pauses: number[] = [];
  const states: string[] = [];
  const answers = [
    () => sse('event: alert\nid: 7-0\ndata: {}'),
    () => new Response('', { status: 503 }),
    () => {
      throw new TypeError('no network');
    },
    () => sse('event: alert\nid: 8-0\ndata: {}'),
  ];
  const stream = new LiveStream({
    open: async (lastEventId) => {
      asked.push(lastEventId);
      const answer = answers[asked.length - 1];
      if (answer) return answer();
      return new Promise(() => undefined);
    },
    pause: async (ms) => void pauses.push(ms),
    after: () => () => undefined,
    now: () => 1_000,
    random: () => 0.5,
  });
  stream.subscribeState(() => states.push(stream.state().status));
  stream.start();
  await expect.poll(() => asked.length).toBe(5);
  stream.stop();
  expect(asked).toEqual([null, '7-0', '7-0', '7-0', '8-0']);
  expect(pauses).toEqual([1_000, 2_000, 4_000, 1_000]);
  expect(states).toEqual(['OFF', 'CONNECTING', 'LIVE', 'LOST', 'LIVE', 'LOST', 'OFF']);
});

test('a stream that is dropped, or silent for long, is taken up again', async () => {
  const asked: (string | null)[] = [];
  let tellSilence: () => void = () => undefined;
  const stream = new LiveStream({
    open: (lastEventId, signal) => {
      asked.push(lastEventId);
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
      });
      return Promise.resolve(new Response(body));
    },
    pause: async () => undefined,
    after: (_, task) => {
      tellSilence = task;
      return () => undefined;
    },
    now: () => 0,
    random: () => 0,
  });
  stream.start();
  await expect.poll(() => stream.state().status).toBe('LIVE');
  stream.drop();
  await expect.poll(() => [asked.length, stream.state().status]).toEqual([2, 'LIVE']);
  tellSilence();
  await expect.poll(() => [asked.length, stream.state().status]).toEqual([3, 'LIVE']);
  stream.stop();
});

/** Streams that the test itself ends, each with the time at which it does. */
function endable(answers: readonly number[], first = '') {
  const ends: (() => void)[] = [];
  const asked: (string | null)[] = [];
  let nowMs = 0;
  const states: string[] = [];
  const topics: string[] = [];
  const stream = new LiveStream({
    open: async (lastEventId) => {
      const status = answers[ends.length] ?? 200;
      let end = (): void => undefined;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          if (first !== '') controller.enqueue(new TextEncoder().encode(first));
          end = () => controller.close();
        },
      });
      ends.push(end);
      asked.push(lastEventId);
      return status === 200 ? new Response(body) : new Response('', { status });
    },
    // A turn of the loop: a server that refuses would be asked without end.
    pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
    after: () => () => undefined,
    now: () => nowMs,
    random: () => 0.5,
  });
  stream.subscribeState(() => states.push(stream.state().status));
  stream.subscribe(({ topic }) => topics.push(topic));
  return {
    stream,
    states,
    topics,
    lastIds: asked,
    asked: () => ends.length,
    endAfter: (ms: number) => {
      nowMs += ms;
      ends.at(-1)?.();
    },
  };
}

test('a stream that the server ends by its rules is taken up again without a word, and nothing is missed', async () => {
  const { stream, states, topics, asked, endAfter } = endable([]);
  stream.start();
  await expect.poll(asked).toBe(1);
  endAfter(3_600_000);
  await expect.poll(asked).toBe(2);
  await expect.poll(() => topics).toEqual(['reset']);
  expect(states).toEqual(['OFF', 'CONNECTING', 'LIVE', 'LIVE']);
  // One that ends at once, every time, is none.
  endAfter(1_000);
  await expect.poll(asked).toBe(3);
  stream.stop();
  expect(states).toContain('LOST');
});

test('where nothing has happened it goes on behind what the server named first, and nothing is asked for anew', async () => {
  const { stream, topics, lastIds, asked, endAfter } = endable([], 'retry: 2000\nid: 9-0\n\n');
  stream.start();
  await expect.poll(() => stream.state().status).toBe('LIVE');
  await new Promise((resolve) => setTimeout(resolve, 20));
  endAfter(3_600_000);
  await expect.poll(asked).toBe(2);
  expect([lastIds, topics]).toEqual([[null, '9-0'], []]);
  stream.stop();
});

test('a server that is away when its stream is taken up again is told as lost', async () => {
  const { stream, states, asked, endAfter } = endable([200, 503]);
  stream.start();
  await expect.poll(asked).toBe(1);
  endAfter(3_600_000);
  await expect.poll(() => states).toEqual(['OFF', 'CONNECTING', 'LIVE', 'LOST', 'LIVE']);
  stream.stop();
});

test('too many pages of one person are told as that, and not as a broken connection', async () => {
  const { stream, states } = endable([429, 429]);
  stream.start();
  await expect.poll(() => states).toEqual(['OFF', 'CONNECTING', 'FULL', 'LIVE']);
  stream.stop();
});
