import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { DuizhangError } from '../../domain/errors.ts';
import { openClosing } from '../closing.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { configOf } from '../configOf.ts';
import { merchantOf } from './merchantOf.ts';
import { systemHere } from '../runningSystem.ts';

const ID = /^[0-9a-f]{8,64}$/;

/**
 * `bill handled BILL --merchant H --note TEXT [--by NAME]`: the day may close without the bill's rows in error.
 * @throws DZ_BILL_NOT_FOUND
 */
export async function runBillHandled(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { merchant: { type: 'string' }, note: { type: 'string' }, by: { type: 'string' } },
  });
  const [id, ...surplus] = positionals;
  const { merchant: merchantId, note, by = userInfo().username } = values;
  if (id === undefined || surplus.length > 0 || !ID.test(id)) {
    throw badUsage('name one bill by its id (./duizhang sql "select * from v_unhandled_bills")');
  }
  if (merchantId === undefined) throw badUsage('say whose bill it is: --merchant H001');
  if (note === undefined || note.trim() === '')
    throw badUsage('say what was done about the rows: --note TEXT');
  const config = configOf(systemHere(io));
  merchantOf(config, merchantId);
  const closing = openClosing(systemHere(io), config);
  try {
    const bill = await closing.handleBill({ merchantId, billId: id, handledBy: by, note });
    io.stdout(
      `${bill.fileName} (${bill.businessDate}): ${bill.errorRows} rows in error are handled by ${by}\n`,
    );
    return 0;
  } finally {
    await closing.dispose();
  }
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang bill --help)`);
}
