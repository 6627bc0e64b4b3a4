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

test('tasks that wait for one that has no turn yet give it theirs', async () => {
  const turns = new Turns(2);
  const stored = Promise.withResolvers<void>();
  const waiting = [0, 1].map(() => turns.take((aside) => aside(() => stored.promise)));
  await turns.take(() => {
    stored.resolve();
    return Promise.resolve();
  });
  await Promise.all(waiting);
});

test('waits of one task that overlap give up one turn, and it goes on with one', async () => {
  const turns = new Turns(1);
  const waits = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const task = turns.take(async (aside) => {
    await Promise.all(waits.map(({ promise }) => aside(() => promise)));
    return 'done';
  });
  let running = 0;
  let most = 0;
  const release = Promise.withResolvers<void>();
  const others = Array.from({ length: 4 }, () =>
    turns.take(async () => {
      running += 1;
      most = Math.max(most, running);
      await release.promise;
      running -= 1;
    }),
  );
  waits.forEach((wait) => wait.resolve());
  await settle();
  expect(most).toBe(1);
  release.resolve();
  await Promise.all(others);
  expect(await task).toBe('done');
  expect(most).toBe(1);
});

test('a wait that fails fails its task, and no turn is lost', async () => {
  const turns = new Turns(1);
  const failing = turns.take((aside) => aside(() => Promise.reject(new Error('the ledger is away'))));
  await expect(failing).rejects.toThrow('the ledger is away');
  expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
});
