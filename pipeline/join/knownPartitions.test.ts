import { expect, test } from 'vitest';
import { knownPartitions } from './knownPartitions.ts';

test('partitions are asked for now and then, and told as they were while the log does not answer', async () => {
  let [asked, nowMs] = [0, 0];
  let answer: () => Promise<string[]> = () => Promise.resolve(['payments/0']);
  const partitions = knownPartitions({ partitions: () => ((asked += 1), answer()) }, () => nowMs);
  expect(await partitions()).toEqual(['payments/0']);
  expect(await partitions()).toEqual(['payments/0']);
  expect(asked).toBe(1);

  nowMs = 6_000;
  answer = () => Promise.reject(new Error('the log is away'));
  expect(await partitions()).toEqual(['payments/0']);
  expect(asked).toBe(2);

  nowMs = 12_000;
  answer = () => Promise.resolve(['payments/0', 'payments/1']);
  await partitions();
  await expect.poll(partitions).toEqual(['payments/0', 'payments/1']);
  expect(asked).toBe(3);
});

test('a log that has never answered is waited for', async () => {
  const away = new Error('the log is away');
  const partitions = knownPartitions({ partitions: () => Promise.reject(away) }, () => 0);
  await expect(partitions()).rejects.toBe(away);
  await expect(partitions()).rejects.toBe(away);
});
