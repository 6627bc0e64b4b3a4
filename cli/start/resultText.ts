import { yuanOfFen } from '../../domain/money.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import type { DemoResult, HospitalResult } from './demoResult.ts';
import type { Score, ScoredRow } from './score.ts';
import { codesOf, precisionOf, recallOf } from './score.ts';

const CODE_WIDTH = 18;
const COUNT_WIDTH = 9;
const YUAN_WIDTH = 18;
/** Of rows that are missing or too many; the ledger has them all. */
const SHOWN_ROWS = 5;

/** The day as people read it: a table a hospital, then the whole. Fits 80 columns. */
export function resultText(result: DemoResult): string {
  return [...result.hospitals.map((hospital) => hospitalText(hospital, result.date)), totalText(result)].join(
    '\n',
  );
}

function hospitalText(hospital: HospitalResult, date: string): string {
  const { merchant, outcome, planted, found, threeWay, realtime } = hospital;
  const lines = codesOf(planted, found).map((code) => {
    const total = found.get(code);
    return line(code, planted.get(code) ?? 0, total?.rows ?? 0, yuan(total?.fen ?? 0n));
  });
  return [
    `${merchant.merchantId} ${merchant.name}  ${date}  three-way: ${outcome === null ? 'NOT CLOSED' : `${outcome}, ${count(exceptionsIn(found))} exceptions`}`,
    `  ${'verdict'.padEnd(CODE_WIDTH)}${'planted'.padStart(COUNT_WIDTH)}${'found'.padStart(COUNT_WIDTH)}${'yuan'.padStart(YUAN_WIDTH)}`,
    ...lines,
    ...ratesLines(threeWay, realtime),
    ...rowLines('missing', threeWay.missing),
    ...rowLines('not planted', threeWay.unexpected),
    '',
  ].join('\n');
}

function totalText({ hospitals, threeWay, realtime, deadLetters, badBillLines }: DemoResult): string {
  const figures = [
    ['orders and refunds matched', threeWay.plantedMatched, threeWay.foundMatched],
    ['defects', threeWay.planted, threeWay.found],
    ['dead letters', deadLetters.planted, deadLetters.found],
    ['bad bill lines', badBillLines.planted, badBillLines.found],
  ] as const;
  const width = CODE_WIDTH + COUNT_WIDTH;
  return [
    `${hospitals.length === 1 ? 'The hospital' : `All ${hospitals.length} hospitals`}`,
    `  ${''.padEnd(width)}${'planted'.padStart(COUNT_WIDTH)}${'found'.padStart(COUNT_WIDTH)}`,
    ...figures.map(
      ([what, planted, found]) =>
        `  ${what.padEnd(width)}${count(planted).padStart(COUNT_WIDTH)}${count(found).padStart(COUNT_WIDTH)}`,
    ),
    ...ratesLines(threeWay, realtime),
    '',
  ].join('\n');
}

function exceptionsIn(found: HospitalResult['found']): number {
  let exceptions = 0;
  for (const code of EXCEPTION_CODES) exceptions += found.get(code)?.rows ?? 0;
  return exceptions;
}

function line(code: string, planted: number, found: number, fen: string): string {
  return `  ${code.padEnd(CODE_WIDTH)}${count(planted).padStart(COUNT_WIDTH)}${count(found).padStart(COUNT_WIDTH)}${fen.padStart(YUAN_WIDTH)}`;
}

function ratesLines(threeWay: Score, realtime: Score): string[] {
  return Object.entries({ 'three-way': threeWay, realtime }).map(
    ([mode, score]) =>
      `  ${mode.padEnd(CODE_WIDTH)}   recall ${share(recallOf(score))}   precision ${share(precisionOf(score))}`,
  );
}

/** Never rounded up to 1.000: that would hide what is missing. */
function share(ratio: number): string {
  return (Math.floor(ratio * 1000) / 1000).toFixed(3);
}

function rowLines(what: string, rows: readonly ScoredRow[]): string[] {
  const shown = rows
    .slice(0, SHOWN_ROWS)
    .map((row) => `  ${what}: ${row.code} ${row.kind} ${row.orderNo} ${row.refundNo ?? ''}`.trimEnd());
  return rows.length > SHOWN_ROWS ? [...shown, `  ${what}: ${rows.length - SHOWN_ROWS} more`] : shown;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

function yuan(fen: bigint): string {
  const [whole, cents] = yuanOfFen(fen).split('.');
  return `${BigInt(whole ?? 0).toLocaleString('en-US')}.${cents}`;
}
