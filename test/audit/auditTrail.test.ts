import type { AuditFilter } from '../../domain/auditTrail.ts';
import { Scope, WHOLE_LEDGER } from '../../domain/scope.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseAuditChains, clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { auditHashOf } from '../../domain/auditEntry.ts';
import type { AuditWorld } from './auditHarness.ts';
import { entry, startAuditWorld } from './auditHarness.ts';

let world: AuditWorld;

beforeAll(async () => {
  world = await startAuditWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

let chains = 0;

/** A chain of five whole rows. */
async function chainOfFive(): Promise<string> {
  chains += 1;
  const writer = `api-${chains}`;
  const trail = world.trail(writer);
  for (let n = 1; n <= 5; n += 1) await trail.record(entry({ said: { position: n } }));
  return writer;
}

async function faultsOf(writer: string): Promise<readonly string[]> {
  const { faults } = await world.verify();
  return faults.filter((fault) => fault.startsWith(writer));
}

test('processes that write at once have chains of their own, and all of them hold', async () => {
  const trails = ['api-x', 'api-y', 'cli-z'].map((writer) => world.trail(writer));
  await Promise.all(
    trails.flatMap((trail) =>
      Array.from({ length: 40 }, (_, n) => trail.record(entry({ said: { position: n } }))),
    ),
  );
  const { faults, chains: found, rows } = await world.verify();
  expect(faults).toEqual([]);
  expect([found, rows]).toEqual([3, 120]);
});

test('a row that was changed, taken out or put in is named', async () => {
  const [changed, holed, doubled, forged] = [
    await chainOfFive(),
    await chainOfFive(),
    await chainOfFive(),
    await chainOfFive(),
  ];
  await world.tamper(`ALTER TABLE audit_trail UPDATE who = 'wang' WHERE writer = '${changed}' AND seq = 2`);
  await world.tamper(`ALTER TABLE audit_trail DELETE WHERE writer = '${holed}' AND seq IN (2, 3)`);
  await world.tamper(
    `INSERT INTO audit_trail SELECT * REPLACE (repeat('f', 64) AS hash) FROM audit_trail WHERE writer = '${doubled}' AND seq = 3`,
  );
  // It claims the hash of the true row, so that a list that looks at hashes alone would show either.
  await world.tamper(
    `INSERT INTO audit_trail SELECT * REPLACE ('wang' AS who) FROM audit_trail WHERE writer = '${forged}' AND seq = 3`,
  );
  expect(await faultsOf(changed)).toEqual([expect.stringMatching(/row 2 \(EXPORT by wang\) was changed/)]);
  expect(await faultsOf(holed)).toEqual([`${holed}: rows 2 to 3 were taken out`]);
  expect(await faultsOf(doubled)).toContainEqual(expect.stringMatching(/row 3 .* was changed/));
  expect(await faultsOf(forged)).toContainEqual(
    expect.stringMatching(/row 3 \(EXPORT by wang\) was changed/),
  );
});

test('a chain that lost its end, or all of itself, is missed, and so is one that was written anew', async () => {
  const [cut, gone, anew] = [await chainOfFive(), await chainOfFive(), await chainOfFive()];
  await world.tamper(`ALTER TABLE audit_trail DELETE WHERE writer = '${cut}' AND seq > 3`);
  await world.tamper(`ALTER TABLE audit_trail DELETE WHERE writer = '${gone}'`);
  await world.tamper(`ALTER TABLE audit_trail DELETE WHERE writer = '${anew}'`);
  const heads = await world.heads.all();
  const other = world.trail(anew);
  for (let n = 1; n <= 5; n += 1) await other.record(entry({ who: 'wang' }));
  for (const head of heads.values()) await world.heads.acknowledge(head);
  expect(await faultsOf(cut)).toEqual([`${cut}: its end was cut off, rows 4 to 5`]);
  expect(await faultsOf(gone)).toEqual([`${gone}: the whole chain is gone, rows 1 to 5`]);
  expect(await faultsOf(anew)).toEqual([
    `${anew}, row 5 (EXPORT by wang) is not the row that was acknowledged there`,
  ]);
});

test('a row that follows rightly upon a chain, but that nobody acknowledged, is named', async () => {
  const writer = await chainOfFive();
  let last = null;
  for await (const row of clickHouseAuditChains(world.client).rows()) if (row.writer === writer) last = row;
  const { hash: prevHash = '', ...rest } = last ?? {};
  const added = { ...entry(), writer, ...rest, seq: 6, prevHash };
  await world.tamper(
    `INSERT INTO audit_trail SELECT * REPLACE (6 AS seq, '${prevHash}' AS prev_hash, '${auditHashOf(added)}' AS hash)
     FROM (SELECT * FROM audit_trail WHERE writer = '${writer}' AND seq = 5)`,
  );
  expect(await faultsOf(writer)).toEqual([expect.stringContaining('rows 6 to 6 were never acknowledged')]);
});

test('whoever empties both places is found by a checkpoint that was kept elsewhere', async () => {
  const writer = await chainOfFive();
  const head = (await world.heads.all()).get(writer);
  await world.tamper(`ALTER TABLE audit_trail DELETE WHERE writer = '${writer}'`);
  await world.redis.hdel('dz:audit-heads', writer);
  expect(await faultsOf(writer)).toEqual([]);
  const { faults } = await world.verify(head ? [head] : []);
  expect(faults).toContain(`${writer}: the whole chain is gone, rows 1 to 5`);
});

test('entries are listed newest first, page by page, by filter and by what the caller may reach', async () => {
  const trail = world.trail('api-listed');
  const atMs = Date.parse('2026-04-01T16:30:00Z');
  const all = [
    entry({ who: 'zhou', merchants: ['H001'], atMs }),
    entry({ who: 'zhou', merchants: ['H001', 'H002'], atMs: atMs + 1 }),
    entry({ who: 'zhou', merchants: [], atMs: atMs + 2 }),
    entry({ who: 'zhou', kind: 'CLOSE', merchants: ['H002'], atMs: atMs + 3 }),
  ];
  for (const one of all) await trail.record(one);
  const queries = clickHouseAuditQueries(world.client);
  const seqs = async (
    filter: Partial<AuditFilter> & { readonly merchants?: readonly string[] },
  ): Promise<readonly number[]> => {
    const { merchants, ...more } = filter;
    const scope = merchants ? Scope.of({ merchants: new Set(merchants) }) : WHOLE_LEDGER;
    const { items } = await queries.entries(scope, { user: 'zhou', limit: 10, ...more });
    return items.map(({ seq }) => seq);
  };
  expect(await seqs({})).toEqual([4, 3, 2, 1]);
  expect(await seqs({ merchants: ['H001'] })).toEqual([1]);
  expect(await seqs({ merchants: ['H001', 'H002'], kind: 'EXPORT' })).toEqual([2, 1]);
  expect(await seqs({ merchantId: 'H002' })).toEqual([4, 2]);
  // 16:30 in London is the next date in Shanghai.
  expect(await seqs({ from: '2026-04-02', to: '2026-04-02' })).toHaveLength(4);
  expect(await seqs({ to: '2026-04-01' })).toEqual([]);
  const first = await queries.entries(WHOLE_LEDGER, { user: 'zhou', limit: 3 });
  const second = await queries.entries(WHOLE_LEDGER, {
    user: 'zhou',
    limit: 3,
    cursor: first.nextCursor ?? '',
  });
  expect([...first.items, ...second.items].map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
});

test('with the ledger away an entry is refused within its time, nothing more is begun, and the chain goes on whole', async () => {
  const trail = world.trail('api-away', 1_000);
  await trail.record(entry({ said: { position: 1 } }));
  await world.killLedger();
  const began = performance.now();
  await expect(trail.record(entry({ said: { position: 2 } }))).rejects.toMatchObject({
    code: 'DZ_SYSTEM_AUDIT_AWAY',
  });
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(() => trail.assertWritable()).toThrow(/recorded/);
  await world.startLedger();
  for (const until = Date.now() + 15_000; Date.now() < until; await pause(100)) {
    try {
      trail.assertWritable();
      break;
    } catch (error) {
      expect(error).toMatchObject({ code: 'DZ_SYSTEM_AUDIT_AWAY' });
    }
  }
  await trail.record(entry({ said: { position: 3 } }));
  expect(await faultsOf('api-away')).toEqual([]);
  const { items } = await clickHouseAuditQueries(world.client).entries(WHOLE_LEDGER, { limit: 500 });
  const own = items.filter(({ writer }) => writer === 'api-away');
  expect(own.toSorted((a, b) => a.seq - b.seq).map(({ said }) => said.position)).toEqual([1, 2, 3]);
});
