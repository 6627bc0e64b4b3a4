import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFile } from '../../adapters/files/inputFiles.ts';
import { reconcileAny } from '../../cli/commands/reconcileAny.ts';
import { reconcilePlain } from '../../cli/commands/reconcilePlain.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import { yuanOfFen } from '../../domain/money.ts';
import { BOOKS_OF_MODE, EXCEPTION_CODES, VERDICT_CODES } from '../../domain/verdict.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';
import type { ReconcileException, ReconcileResult } from '../../pipeline/reconcile/tally.ts';
import { runReconcile } from '../integration/reconcileHarness.ts';
import type { Case } from './caseTable.ts';
import {
  CASE_DATE,
  keyText,
  linesOfCase,
  nameOfCase,
  mergedText,
  repeatsText,
  rowsOfText,
} from './caseTable.ts';
import { CASES, casesByHospital } from './cases.ts';

/** In a file nothing is still to come. */
const FILE_CASES = CASES.filter((item) => item.waits === '');
const NAME = 'CASE';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duizhang-cases-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function rowOf(line: Entry): string {
  return [
    line.orderNo,
    line.channelTxnNo,
    line.refundNo,
    line.kind,
    yuanOfFen(line.amountFen),
    localOfInstant(line.occurredAtMs),
    line.channel,
    line.businessType,
    line.hisOrderNo,
  ].join(',');
}

async function writeBook(book: Book, lines: readonly Entry[]): Promise<string> {
  const path = join(folder, `${book}.csv`);
  const rows = lines.filter((line) => line.book === book).map(rowOf);
  await writeFile(path, [PLAIN_HEADER, ...rows, ''].join('\n'));
  return path;
}

const dateOf = ({ mode }: Case): string | null => (mode === 'REALTIME' ? null : CASE_DATE);

/** Of a result only the exceptions are known one by one, and of each what a person is shown. */
function shown(text: string): string {
  const [code = ''] = VERDICT_CODES.filter((known) => text.split(' ').includes(known));
  const isException = EXCEPTION_CODES.has(VERDICT_CODES.find((known) => known === code) ?? 'MATCHED');
  return isException ? text.replaceAll(/ (?:split|conflict|surplus=\d+|heals=-?\d+)/g, '') : code;
}

type Shown = Pick<
  ReconcileException,
  | 'verdict'
  | 'kind'
  | 'orderNo'
  | 'refundNo'
  | 'possiblyCrossDay'
  | 'channelConflict'
  | 'ambiguousRefund'
  | 'possibleDuplicateOf'
  | 'mergedReceipt'
>;

function exceptionText(exception: Shown, name: string): string {
  const { verdict, possiblyCrossDay, channelConflict, ambiguousRefund, possibleDuplicateOf, mergedReceipt } =
    exception;
  const flags = `${possiblyCrossDay ? ' crossDay?' : ''}${channelConflict ? ' channels' : ''}${ambiguousRefund ? ' ambiguous' : ''}`;
  const orders = `${repeatsText(possibleDuplicateOf, name)}${mergedText(mergedReceipt, name)}`;
  return `${keyText(exception, name)} ${verdict}${flags}${orders}`;
}

function shownOf({ verdicts, exceptions }: ReconcileResult): readonly string[] {
  const agreed = VERDICT_CODES.filter((code) => !EXCEPTION_CODES.has(code)).flatMap((code) =>
    Array.from({ length: verdicts[code] ?? 0 }, () => code),
  );
  return [...agreed, ...exceptions.map((exception) => exceptionText(exception, NAME))].toSorted();
}

describe('files of one case', () => {
  test.each(FILE_CASES)('$mode, $says: $inFiles', async (item) => {
    const lines = linesOfCase(item, NAME);
    const files = await Promise.all(
      BOOKS_OF_MODE[item.mode].map(async (book) => inputFile(book, book, await writeBook(book, lines))),
    );
    const options = { mode: item.mode, date: dateOf(item), rules: item.rules };
    const { result } = await reconcileAny(files, options, null);
    expect(shownOf(result)).toEqual(rowsOfText(item.inFiles).map(shown).toSorted());
    // The quick way leaves files with a doubtful row to the general one.
    const quick = await reconcilePlain(files, options, { threads: 1, worthBytes: 0 });
    if (quick !== null) expect(quick).toEqual(result);
  });
});

type Answer = {
  readonly verdicts: ReconcileResult['verdicts'];
  readonly exceptions: readonly Shown[];
};

const hospitals = casesByHospital(FILE_CASES)
  .filter(([first]) => JSON.stringify(first?.rules) === JSON.stringify(DEFAULT_RULES))
  .filter(([first]) => first?.nextDateBilled === false)
  .map((cases) => ({ mode: cases[0]?.mode, cases }));

test.each(hospitals)('./duizhang reconcile gives all $mode cases at once', async ({ cases }) => {
  const [first] = cases;
  if (!first) throw new Error('no case');
  const lines = cases.flatMap((item, at) => linesOfCase(item, nameOfCase(at)));
  const args: string[] = [];
  for (const book of BOOKS_OF_MODE[first.mode]) {
    args.push(`--${book.toLowerCase()}`, await writeBook(book, lines));
  }
  const date = dateOf(first);
  const run = await runReconcile([...args, ...(date === null ? [] : ['--date', date]), '--json']);
  const json = JSON.parse(run.stdout) as Answer;

  const byCase = Map.groupBy(json.exceptions, (exception) => exception.orderNo.slice(0, -1));
  const expected = cases.map((item) => rowsOfText(item.inFiles).map(shown));
  for (const [at, item] of cases.entries()) {
    const name = nameOfCase(at);
    const given = (byCase.get(name) ?? []).map((exception) => exceptionText(exception, name));
    const texts = expected[at]?.filter((text) => text.includes(' ')) ?? [];
    expect([item.says, ...given.toSorted()]).toEqual([item.says, ...texts.toSorted()]);
  }
  for (const code of VERDICT_CODES) {
    const count = expected.flat().filter((text) => text.split(' ').includes(code)).length;
    expect([code, json.verdicts[code] ?? 0]).toEqual([code, count]);
  }
});
