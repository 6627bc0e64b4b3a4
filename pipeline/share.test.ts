import { expect, test } from 'vitest';
import { Share } from './share.ts';

const ALL = [0, 1, 2, 3, 4, 5, 6];

function changes(): { readonly count: number; readonly tell: () => Promise<void> } {
  let count = 0;
  return {
    get count() {
      return count;
    },
    tell: () => Promise.resolve(void (count += 1)),
  };
}

function livingAre(living: { members: readonly string[]; isNew?: boolean }) {
  return {
    beat: () => Promise.resolve({ members: living.members, isNew: living.isNew ?? false }),
    leave: () => Promise.resolve(),
  };
}

test('a process without others has every slot, and no need to ask', async () => {
  const share = new Share({ slots: 7, members: null, member: 'a' });
  const seen = changes();
  await share.look(seen.tell);
  expect(share.slots).toEqual(ALL);
  expect(seen.count).toBe(0);
});

test('those that live share the slots, each of which is exactly one’s', async () => {
  const members = livingAre({ members: ['a', 'b', 'c'] });
  const shares = ['a', 'b', 'c'].map((member) => new Share({ slots: 7, members, member }));
  for (const share of shares) await share.look(changes().tell);
  expect(shares.flatMap(({ slots }) => slots).toSorted((a, b) => a - b)).toEqual(ALL);
  expect(Math.max(...shares.map(({ slots }) => slots.length))).toBe(3);
});

test('the slots of one that is gone are the others’', async () => {
  const living = { members: ['a', 'b'] };
  const share = new Share({ slots: 7, members: livingAre(living), member: 'b' });
  const seen = changes();
  await share.look(seen.tell);
  expect(share.slots).toEqual([1, 3, 5]);
  await share.look(seen.tell);
  expect(seen.count).toBe(1);
  living.members = ['b'];
  await share.look(seen.tell);
  expect(share.slots).toEqual(ALL);
  expect(seen.count).toBe(2);
});

test('slots change hands only when what has to come before is done', async () => {
  const share = new Share({ slots: 7, members: livingAre({ members: ['a'] }), member: 'a' });
  await expect(share.look(() => Promise.reject(new Error('the ledger is away')))).rejects.toThrow('away');
  expect(share.slots).toEqual([]);
  await share.look(() => Promise.resolve());
  expect(share.slots).toEqual(ALL);
});

test('who was taken for dead learns what the others found, though they share as before', async () => {
  const living = { members: ['a', 'b'], isNew: true };
  const share = new Share({ slots: 7, members: livingAre(living), member: 'b' });
  const seen = changes();
  await share.look(seen.tell);
  living.isNew = false;
  await share.look(seen.tell);
  expect(seen.count).toBe(1);
  living.isNew = true;
  await expect(share.look(() => Promise.reject(new Error('the ledger is away')))).rejects.toThrow('away');
  living.isNew = false;
  await share.look(seen.tell);
  expect(seen.count).toBe(2);
  expect(share.slots).toEqual([1, 3, 5]);
});
