import { expect, test } from 'vitest';
import type { Refreshed, Tokens } from './session.ts';
import { Session } from './session.ts';

const MINUTE = 60_000;

function tokens(name: string, endsMs: number): Tokens {
  return {
    accessToken: `access-${name}`,
    accessEndsAt: new Date(endsMs).toISOString(),
    refreshToken: `refresh-${name}`,
    sessionEndsAt: new Date(endsMs + 60 * MINUTE).toISOString(),
  };
}

function setUp(answers: readonly Refreshed[]) {
  const clock = { nowMs: 0 };
  const asked: string[] = [];
  const plans: { ms: number; task: () => void }[] = [];
  const session = new Session({
    now: () => clock.nowMs,
    after: (ms, task) => {
      const plan = { ms, task };
      plans.push(plan);
      return () => void plans.splice(plans.indexOf(plan), plans.includes(plan) ? 1 : 0);
    },
    refresh: async (refreshToken) => {
      asked.push(refreshToken);
      return answers[asked.length - 1] ?? 'ENDED';
    },
  });
  return { session, clock, asked, plans };
}

test('the tokens are refreshed a minute before they end', async () => {
  const { session, clock, asked, plans } = setUp([tokens('2', 20 * MINUTE)]);
  session.open(tokens('1', 10 * MINUTE));
  expect(plans.map(({ ms }) => ms)).toEqual([9 * MINUTE]);
  expect(await session.token()).toBe('access-1');
  clock.nowMs = 9 * MINUTE;
  plans[0]?.task();
  await expect.poll(() => session.token()).toBe('access-2');
  expect(asked).toEqual(['refresh-1']);
});

test('requests at once after a long sleep share one refresh: a token that is used twice would end the session', async () => {
  const { session, clock, asked } = setUp([tokens('2', 60 * MINUTE)]);
  session.open(tokens('1', 10 * MINUTE));
  clock.nowMs = 30 * MINUTE;
  expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual(
    Array(3).fill('access-2'),
  );
  expect(asked).toEqual(['refresh-1']);
});

test('a refusal ends it, no answer does not', async () => {
  const { session, clock, asked } = setUp(['AGAIN', 'ENDED']);
  session.open(tokens('1', 10 * MINUTE));
  clock.nowMs = 9 * MINUTE;
  expect(await session.token()).toBe('access-1');
  expect(session.state().isIn).toBe(true);
  expect(await session.token()).toBeNull();
  expect(session.state()).toEqual({ isIn: false, outBecause: 'ENDED' });
  expect(asked).toEqual(['refresh-1', 'refresh-1']);
});

test('a refresh that ends after a logout brings nobody back', async () => {
  const { session, clock } = setUp([tokens('2', 60 * MINUTE)]);
  session.open(tokens('1', 10 * MINUTE));
  clock.nowMs = 30 * MINUTE;
  const asking = session.token();
  session.end('LOGGED_OUT');
  expect(await asking).toBeNull();
  expect(session.state()).toEqual({ isIn: false, outBecause: 'LOGGED_OUT' });
});

test('a token that somebody has is used as it is', async () => {
  const { session, asked, plans } = setUp([]);
  session.openWithToken('t');
  expect([await session.token(), session.hasPassword(), plans, asked]).toEqual(['t', false, [], []]);
});
