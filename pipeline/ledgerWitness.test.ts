import { expect, test } from 'vitest';
import { ALONE_MS, LedgerWitness } from './ledgerWitness.ts';

/** A process whose ledger, whose others and whose clock a test sets. */
function witnessed() {
  const world = { isAnswered: true, others: 1, nowMs: 0, told: [] as boolean[] };
  const witness = new LedgerWitness({
    member: 'me',
    answers: {
      tell: (_, isAnswered) => {
        world.told.push(isAnswered);
        return Promise.resolve(world.others);
      },
    },
    doesLedgerAnswer: () => Promise.resolve(world.isAnswered),
    now: () => world.nowMs,
  });
  const look = (atMs: number): Promise<void> => {
    world.nowMs = atMs;
    return witness.look();
  };
  return { world, look };
}

const UNREACHED = { code: 'DZ_SYSTEM_LEDGER_UNREACHED' };

test('a process that alone misses the ledger ends after a while', async () => {
  const { world, look } = witnessed();
  await look(0);
  world.isAnswered = false;
  await look(1_000);
  await look(ALONE_MS + 999);
  await expect(look(ALONE_MS + 1_000)).rejects.toMatchObject(UNREACHED);
  expect(world.told).toEqual([true, false, false, false]);
});

test('a ledger that is away for all ends none', async () => {
  const { world, look } = witnessed();
  Object.assign(world, { isAnswered: false, others: 0 });
  for (const atMs of [0, ALONE_MS, 10 * ALONE_MS]) await look(atMs);
  // The first that it answers again does not make the others end at once.
  world.others = 1;
  await look(11 * ALONE_MS);
  world.others = 0;
  await look(12 * ALONE_MS);
  world.others = 1;
  await look(13 * ALONE_MS);
});

test('an answer in between begins the while anew', async () => {
  const { world, look } = witnessed();
  world.isAnswered = false;
  await look(0);
  world.isAnswered = true;
  await look(ALONE_MS - 1);
  world.isAnswered = false;
  await look(ALONE_MS);
  await look(2 * ALONE_MS - 1);
  await expect(look(2 * ALONE_MS)).rejects.toMatchObject(UNREACHED);
});
