import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseMonthLocks } from '../../adapters/clickhouse/monthLocks.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { MonthLock, MonthLockStore } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { checkedMonth } from '../../domain/month.ts';
import { lockMonth } from '../../pipeline/close/monthLock.ts';
import type { Command } from '../command.ts';
import { configOf } from '../configOf.ts';
import { merchantOf } from './merchantOf.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang month lock --merchant H --month YYYY-MM --by NAME
./duizhang month list --merchant H

Locks a month of a hospital, once its statement has been handed over: every date of it must be closed. From then on a
date of it is closed again only with --reason and --by (./duizhang close), also by the system itself when late events
or bills come; reasons are kept (v_locked_closes). A lock stays.
`;

export const monthCommand: Command = {
  name: 'month',
  summary: 'lock a month of a merchant: its dates are closed again for a reason only',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { merchant: { type: 'string' }, month: { type: 'string' }, by: { type: 'string' } },
    });
    const [action, ...surplus] = positionals;
    if (values.merchant === undefined || surplus.length > 0) throw badUsage('say whose: --merchant H001');
    const { merchantId } = merchantOf(configOf(systemHere(io)), values.merchant);
    const { month, by } = values;
    const client = connectClickHouse(systemHere(io).clickhouseUrl);
    try {
      const locks = clickHouseMonthLocks(client);
      io.stdout(await answer(action, { merchantId, month, by }, locks));
      return 0;
    } finally {
      await client.close();
    }
  },
};

type Wish = {
  readonly merchantId: string;
  readonly month: string | undefined;
  readonly by: string | undefined;
};

async function answer(
  action: string | undefined,
  { merchantId, month, by }: Wish,
  locks: MonthLockStore,
): Promise<string> {
  if (action === 'list') return (await locks.locks(merchantId)).map(lineOf).join('');
  if (action !== 'lock') throw badUsage('say "lock" or "list"');
  if (month === undefined || by === undefined || by.trim() === '') {
    throw badUsage('say which month, and who locks it: --month 2026-03 --by NAME');
  }
  return lineOf(await lockMonth({ merchantId, month: checkedMonth(month), by }, { locks, now: Date.now }));
}

function lineOf({ merchantId, month, lockedBy, lockedAtMs }: MonthLock): string {
  return `${merchantId} ${month} locked by ${lockedBy}, ${localOfInstant(lockedAtMs)}\n`;
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang month --help)`);
}
