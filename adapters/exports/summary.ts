import { localOfInstant } from '../../domain/businessDate.ts';
import type { ExportColumn, ExportRequest } from '../../domain/exports.ts';
import { EXPORT_COLUMNS, SUMMARY_KEY } from '../../domain/exports.ts';
import { EXPORT_LABELS } from '../../domain/labels.ts';
import { MODE_LABELS } from '../../domain/labels.ts';
import type { ExportRow } from '../clickhouse/exportRows.ts';
import type { Row, Sheet } from '../files/sheet.ts';
import { NONE, count, money, text } from '../files/sheet.ts';

type Group = { rows: number; readonly fens: bigint[] };

/** Counts the rows of an export as they pass, by the list's own code, and adds up every column of money. */
export class ExportSummary {
  readonly #request: ExportRequest;
  readonly #byCode: ExportColumn;
  readonly #codeAt: number;
  readonly #money: readonly { readonly label: string; readonly at: number }[];
  readonly #groups = new Map<string, Group>();

  constructor(request: ExportRequest) {
    const columns = EXPORT_COLUMNS[request.list];
    const codeAt = columns.findIndex(({ key }) => key === SUMMARY_KEY[request.list]);
    const byCode = columns[codeAt];
    if (!byCode) throw new Error(`${request.list} has no column ${SUMMARY_KEY[request.list]}`);
    this.#request = request;
    this.#byCode = byCode;
    this.#codeAt = codeAt;
    this.#money = columns.flatMap(({ kind, label }, at) => (kind === 'FEN' ? [{ label, at }] : []));
  }

  add(row: ExportRow): void {
    const code = String(row[this.#codeAt] ?? '');
    let group = this.#groups.get(code);
    if (!group) {
      group = { rows: 0, fens: this.#money.map(() => 0n) };
      this.#groups.set(code, group);
    }
    group.rows += 1;
    for (let n = 0; n < this.#money.length; n += 1) {
      const fen = row[this.#money[n]?.at ?? -1];
      if (fen !== null && fen !== undefined && fen !== '')
        group.fens[n] = (group.fens[n] ?? 0n) + BigInt(fen);
    }
  }

  sheet(nowMs: number): Sheet {
    const groups = [...this.#groups].toSorted(([a], [b]) => this.#placeOf(a) - this.#placeOf(b));
    const total = groups.map(([, group]) => group);
    return {
      name: '汇总',
      header: ['项目', '代码', '行数', ...this.#money.map(({ label }) => label)],
      widths: [22, 22, 12, ...this.#money.map(() => 16)],
      rows: [
        ...groups.map(([code, group]) => this.#rowOf(this.#byCode.labels?.[code] ?? code, code, [group])),
        this.#rowOf('合计', null, total),
        ...this.#facts(nowMs).map(([name, value]): Row => [text(name), text(value)]),
      ],
    };
  }

  #placeOf(code: string): number {
    return Object.keys(this.#byCode.labels ?? {}).indexOf(code);
  }

  #rowOf(label: string, code: string | null, groups: readonly Group[]): Row {
    const rows = groups.reduce((sum, group) => sum + group.rows, 0);
    const fens = this.#money.map((_, n) => groups.reduce((sum, group) => sum + (group.fens[n] ?? 0n), 0n));
    return [text(label), code === null ? NONE : text(code), count(rows), ...fens.map(money)];
  }

  #facts(nowMs: number): readonly (readonly [string, string])[] {
    const { list, merchantId, from, to, mode, runId } = this.#request;
    return [
      ['内容', `${EXPORT_LABELS[list]} ${list}`],
      ['商户号', merchantId ?? '全部'],
      ['业务日期', from === undefined && to === undefined ? '全部' : `${from ?? '…'} 至 ${to ?? '…'}`],
      ...(mode === undefined ? [] : [['对账模式', `${MODE_LABELS[mode]} ${mode}`] as const]),
      ...(runId === undefined ? [] : [['对账批次', runId] as const]),
      ['导出时间', localOfInstant(nowMs)],
    ];
  }
}
