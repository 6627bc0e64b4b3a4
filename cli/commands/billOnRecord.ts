import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { localOfInstant, isBusinessDate } from '../../domain/businessDate.ts';
import type { Bill } from '../../domain/ports.ts';
import { checkWritable } from '../../adapters/files/writeWhole.ts';
import { laterOf } from '../../pipeline/close/billRecord.ts';
import type { ReimportResult } from '../../pipeline/close/reimportBill.ts';
import { reimportBill } from '../../pipeline/close/reimportBill.ts';
import { useBill } from '../../pipeline/close/useBill.ts';
import { BOOKS } from '../../domain/entry.ts';
import { BillDesk } from '../billDesk.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { tellRefusal } from '../tellRefusal.ts';
import { billUsage, feeText, jsonOfBill, placeOf, shortId, sumsOf } from './billWords.ts';

// What is done with bills that are on record in the running system.

const OPTIONS = {
  bill: { type: 'string' },
  merchant: { type: 'string' },
  book: { type: 'string' },
  date: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

function argsOf(args: readonly string[]) {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  if (values.date !== undefined && !isBusinessDate(values.date)) {
    throw billUsage(`--date ${values.date} is not a calendar date; write it as YYYY-MM-DD`);
  }
  const book = BOOKS.find((candidate) => candidate === values.book?.toUpperCase()) ?? null;
  if (values.book !== undefined && book === null) {
    throw billUsage(`--book ${values.book} is none of merchant, platform, channel`);
  }
  return { ...values, book, positionals };
}

/** `bill list --merchant H --date D [--json]` */
export async function listBills(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { merchant, date, json } = argsOf(args);
  if (merchant === undefined || date === undefined)
    throw billUsage('say whose and of which day: --merchant H001 --date 2026-03-09');
  await using desk = new BillDesk(io);
  desk.merchant(merchant);
  const bills = (await desk.store.billsBetween(merchant, date, date)).toSorted((a, b) =>
    Number(b.version - a.version),
  );
  const rows = bills.map((bill) => ({ bill, counts: laterOf(bill, bills) === null }));
  if (json) {
    io.stdout(`${JSON.stringify(rows.map(({ bill, counts }) => ({ ...jsonOfBill(bill), counts })))}\n`);
  } else {
    io.stdout(
      rows.length === 0 ? `no bill of ${merchant} is on record for ${date}\n` : rows.map(lineOf).join(''),
    );
  }
  return 0;
}

function lineOf({ bill, counts }: { readonly bill: Bill; readonly counts: boolean }): string {
  const { origin } = bill;
  const facts = [
    `${shortId(bill)}  ${counts ? 'counts' : 'superseded'}  ${bill.book} ${bill.channel ?? 'all channels'}  ${bill.format}`,
    `    ${sumsOf(bill)}, fees ${feeText(origin?.feeMilliFen ?? null)}`,
    `    ${bill.fileName}, imported ${localOfInstant(bill.importedAtMs)}${
      origin === undefined
        ? ', its bytes are not kept'
        : `, ${origin.sizeBytes} bytes, reader ${origin.parserVersion}${origin.source === '' ? '' : `, from ${origin.source}`}`
    }`,
  ];
  return `${facts.join('\n')}\n`;
}

/** `bill get ID --out FILE`: the original bytes, of a bill on record or of a refused file. */
export async function getBill(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { positionals, out, json } = argsOf(args);
  const [id, ...surplus] = positionals;
  if (id === undefined || surplus.length > 0) throw billUsage('name one bill by its id');
  if (out === undefined) throw billUsage('say where to: --out FILE');
  const path = resolve(io.cwd, out);
  return tellRefusal(json, io, async () => {
    await using desk = new BillDesk(io);
    const { sha256, fileName } = await desk.sha256(id);
    await checkWritable(path);
    const sizeBytes = await writeBytes(path, desk.archive.read(sha256));
    io.stdout(
      json
        ? `${JSON.stringify({ sha256, sizeBytes, fileName, out: path })}\n`
        : `${out}: ${sizeBytes} bytes of ${fileName}, SHA-256 ${sha256}\n`,
    );
    return 0;
  });
}

/** Whole or not at all: what turned out damaged at its end is not left behind as a bill. */
async function writeBytes(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const temporary = `${path}.${process.pid}.tmp`;
  let sizeBytes = 0;
  try {
    const file = await open(temporary, 'w');
    try {
      for await (const chunk of bytes) {
        await file.writeFile(chunk);
        sizeBytes += chunk.length;
      }
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return sizeBytes;
}

/** `bill use ID`: an earlier bill of its day counts again. */
export async function useBillAgain(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { positionals, merchant, book, json } = argsOf(args);
  const [id, ...surplus] = positionals;
  if (id === undefined || surplus.length > 0) throw billUsage('name one bill by its id');
  return tellRefusal(json, io, async () => {
    await using desk = new BillDesk(io);
    const { bill, instead } = await useBill(await desk.bill(id, merchant, book), desk.deps);
    if (json) {
      io.stdout(`${JSON.stringify({ bill: jsonOfBill(bill), instead: instead?.billId ?? null })}\n`);
    } else if (instead) {
      io.stdout(
        `${shortId(bill)} counts now in place of ${shortId(instead)}: ${placeOf(bill)}, ${sumsOf(bill)}\n`,
      );
    } else io.stdout(`nothing to do: ${shortId(bill)} counts already (${placeOf(bill)})\n`);
    return 0;
  });
}

/** `bill reimport (--bill ID | --merchant H --date D) [--json]` @returns 1 when a bill has other rows now */
export async function reimport(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { bill: id, merchant, book, date, json, positionals } = argsOf(args);
  if (positionals.length > 0)
    throw billUsage(`there is no place for "${positionals[0]}"; name a bill with --bill`);
  if (id === undefined && (merchant === undefined || date === undefined)) {
    throw billUsage('say which bill: --bill ID, or --merchant H001 --date 2026-03-09 for all of a day');
  }
  return tellRefusal(json, io, async () => {
    await using desk = new BillDesk(io);
    const bills =
      id === undefined
        ? await countingBills(desk, merchant ?? '', date ?? '')
        : [await desk.bill(id, merchant, book)];
    const results: ReimportResult[] = [];
    for (const bill of bills) {
      const result = await reimportBill(bill, desk.merchant(bill.merchantId), desk.deps);
      results.push(result);
      if (!json) io.stdout(reimportText(result));
    }
    if (json) io.stdout(`${JSON.stringify(results.map(reimportJson))}\n`);
    else if (bills.length === 0) io.stdout(`no bill of ${merchant} is on record for ${date}\n`);
    return results.some(({ status }) => status === 'replaced') ? 1 : 0;
  });
}

async function countingBills(desk: BillDesk, merchant: string, date: string): Promise<readonly Bill[]> {
  desk.merchant(merchant);
  const bills = await desk.store.billsBetween(merchant, date, date);
  return bills.filter((bill) => laterOf(bill, bills) === null);
}

function reimportText(result: ReimportResult): string {
  const { bill } = result;
  const reader = `reader ${bill.origin?.parserVersion ?? '?'}`;
  if (result.status === 'unchanged')
    return `${shortId(bill)} unchanged: ${placeOf(bill)}, ${reader} gives the same rows\n`;
  const { former } = result;
  return (
    `${shortId(bill)} counts now in place of ${shortId(former)}: ${placeOf(bill)}, ${reader}\n` +
    `    before: ${sumsOf(former)}\n    now:    ${sumsOf(bill)}\n` +
    `    row by row: ./duizhang bill diff ${shortId(former)} ${shortId(bill)}; close the day again to take it in\n`
  );
}

function reimportJson(result: ReimportResult): Readonly<Record<string, unknown>> {
  return {
    status: result.status,
    bill: jsonOfBill(result.bill),
    ...(result.status === 'replaced' ? { former: jsonOfBill(result.former) } : {}),
  };
}
