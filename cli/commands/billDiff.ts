import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBill } from '../../adapters/bills/readBill.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { Bill, BillHints, BillLine } from '../../domain/ports.ts';
import type { ComparedRow } from '../../pipeline/bills/compareRows.ts';
import { diffBills } from '../../pipeline/bills/diffBills.ts';
import { BillDesk, mayBeBillId } from '../billDesk.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { sizeOf, withProgress, type ProgressIo } from '../progressBar.ts';
import { DiffShelf } from '../diffShelf.ts';
import { tellRefusal } from '../tellRefusal.ts';
import { diffJson, diffText, type ComparedBill } from './billDiffText.ts';
import { billUsage, shortId } from './billWords.ts';

const DEFAULT_LIMIT = 1000;
/** What is listed is held in memory. */
const MAX_LIMIT = 100_000;

/** `bill diff A B [--channel C] [--limit N] [--json]`; A and B are files or ids of bills on record. */
export async function diffTwoBills(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { names, channel, limit, json } = argsOf(args);
  return tellRefusal(json, io, async () => {
    const onRecord = names.filter((name) => isOnRecord(name, io));
    await using desk = onRecord.length > 0 ? new BillDesk(io) : null;
    const bills = new Map<string, Bill>();
    for (const name of onRecord) if (desk) bills.set(name, await desk.bill(name));
    const [first] = bills.values();
    const asked = channel ?? first?.channel ?? null;
    const hints: BillHints = {
      ...(asked === null ? {} : { channel: asked }),
      // A file is read as its counterpart on record was, foreign rows left out.
      ...(desk && first ? { own: desk.merchant(first.merchantId).channels } : {}),
    };
    const sideIo = json ? { stderr: io.stderr, cwd: io.cwd } : io;
    const [a, b] = names.map((name) => new Side(name, bills.get(name) ?? null, hints, desk, sideIo));
    if (!a || !b) throw billUsage('name two bills');
    using shelf = new DiffShelf({ tempDir: tmpdir() });
    const diff = await diffBills(a.rows(), b.rows(), shelf, limit);
    const told = { a: a.told(), b: b.told() };
    io.stdout(json ? `${JSON.stringify(diffJson(told.a, told.b, diff))}\n` : diffText(told.a, told.b, diff));
    const isSame = diff.added + diff.removed + diff.changed === 0 && told.a.errorRows === told.b.errorRows;
    return isSame ? 0 : 1;
  });
}

function argsOf(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      channel: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length !== 2) throw billUsage('name two bills: files, or ids as "bill list" shows them');
  const channel = CHANNELS.find((known) => known === values.channel?.toUpperCase()) ?? null;
  if (values.channel !== undefined && channel === null) {
    throw billUsage(`--channel ${values.channel} is none of ${CHANNELS.join(', ')}`);
  }
  const limit = Number(values.limit ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 0 || limit > MAX_LIMIT) {
    throw billUsage(`--limit ${values.limit} is no number from 0 to ${MAX_LIMIT}`);
  }
  return { names: positionals, channel, limit, json: values.json };
}

/** What is no file, and could be the beginning of an id; all else is a file, there or not. */
function isOnRecord(name: string, io: CommandIo): boolean {
  return mayBeBillId(name) && !existsSync(resolve(io.cwd, name));
}

type SideIo = ProgressIo & Pick<CommandIo, 'cwd'>;

/** One of the two. */
class Side {
  readonly #name: string;
  readonly #bill: Bill | null;
  readonly #hints: BillHints;
  readonly #desk: BillDesk | null;
  readonly #io: SideIo;
  #format = '';
  #errorRows = 0;

  constructor(name: string, bill: Bill | null, hints: BillHints, desk: BillDesk | null, io: SideIo) {
    this.#name = name;
    this.#bill = bill;
    this.#hints = hints;
    this.#desk = desk;
    this.#io = io;
  }

  async *rows(): AsyncGenerator<readonly ComparedRow[]> {
    const bill = this.#bill;
    if (bill && this.#desk) {
      [this.#format, this.#errorRows] = [bill.format, bill.errorRows];
      for await (const lines of this.#desk.store.linesOf(bill)) yield lines.map(comparedRow);
      return;
    }
    const path = resolve(this.#io.cwd, this.#name);
    const bytes = withProgress(readChunks(path, this.#name), `reading ${this.#name}`, sizeOf(path), this.#io);
    const { lines, report } = readBill(bytes, this.#hints);
    for await (const batch of lines) yield batch.map(comparedRow);
    const said = await report;
    [this.#format, this.#errorRows] = [said.format, said.errorCount];
  }

  told(): ComparedBill {
    const name = this.#bill ? `${this.#bill.fileName} (${shortId(this.#bill)})` : this.#name;
    return { name, format: this.#format, errorRows: this.#errorRows };
  }
}

function comparedRow(line: BillLine): ComparedRow {
  return { ...line, feeMilliFen: line.feeMilliFen ?? null, settledFen: line.settledFen ?? null };
}
