import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** Lets everything happen that waits for nothing. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('only so many tasks run at once, in the order in which they came', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const tasks = ends.map(({ promise }, n) =>
    turns.take(async () => {
      begun.push(n);
      await promise;
    }),
  );
  await settle();
  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve();
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  ends.forEach((end) => end.resolve());
  await Promise.all(tasks);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('tasks that wait for one that has no turn yet let it begin, once each', async () => {
  const turns = new Turns(2);
  const stored = Promise.withResolvers<void>();
  const waiting = [0, 1].map(() =>
    turns.take(async (letNext) => {
      letNext();
      letNext();
      await stored.promise;
    }),
  );
  let running = 0;
  let most = 0;
  const others = Array.from({ length: 4 }, () =>
    turns.take(async () => {
      running += 1;
      most = Math.max(most, running);
      await settle();
      running -= 1;
    }),
  );
  await Promise.all(others);
  expect(most).toBe(2);
  stored.resolve();
  await Promise.all(waiting);
});

test('a task that fails gives its turn back', async () => {
  const turns = new Turns(1);
  await expect(turns.take(() => Promise.reject(new Error('the ledger is away')))).rejects.toThrow('away');
  expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
});
