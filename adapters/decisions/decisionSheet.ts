import type { DecisionField, DecisionRow } from '../../domain/decisionSheet.ts';
import { DECISION_LABELS } from '../../domain/decisionSheet.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { displayText } from '../bills/byteText.ts';
import type { MergedArea, SheetRow } from '../bills/mapped/sheetReader.ts';

/** Somebody may put a title above the header. */
const MAX_ROWS_ABOVE = 20;

type Columns = ReadonlyMap<DecisionField, number>;

/** Takes the rows of one sheet, from the header on, and gives those in which something is decided. */
export class DecisionSheet {
  leftEmpty = 0;
  readonly #name: string;
  readonly #give: (row: DecisionRow) => void;
  #columns: Columns | null = null;
  #headerLine = 0;
  #rowsAbove = 0;
  #missing: readonly string[] = [...DECISION_LABELS.values()];

  constructor(name: string, give: (row: DecisionRow) => void) {
    this.#name = name;
    this.#give = give;
  }

  get hasHeader(): boolean {
    return this.#columns !== null;
  }

  get isOfOtherThings(): boolean {
    return this.#columns === null && this.#rowsAbove > MAX_ROWS_ABOVE;
  }

  /** How many columns the row had that looked most like a header. */
  get columnsFound(): number {
    return DECISION_LABELS.size - this.#missing.length;
  }

  lackOfColumns(): DuizhangError {
    return refused(
      `the sheet "${this.#name}" lacks the columns ${this.#missing.join(', ')}; fill in an export of exceptions as it comes`,
      `工作表“${this.#name}”缺少列：${this.#missing.join('、')}，请在导出的异常明细中填写，不要删改列名`,
    );
  }

  /** @throws DZ_DECISIONS_COLUMNS when a column stands there twice */
  row(row: SheetRow): void {
    if (this.#columns !== null) return this.#decided(row, this.#columns);
    this.#rowsAbove += 1;
    if (!this.isOfOtherThings) this.#header(row);
  }

  #header({ values, lineNo }: SheetRow): void {
    const names = values.map((value) => displayText(value).trim());
    const missing = [...DECISION_LABELS.values()].filter((label) => !names.includes(label));
    if (missing.length < this.#missing.length) this.#missing = missing;
    if (missing.length > 0) return;
    for (const label of DECISION_LABELS.values()) {
      if (names.indexOf(label) === names.lastIndexOf(label)) continue;
      throw refused(`the column ${label} stands there twice; delete one`, `“${label}”列重复，请删除一列`);
    }
    this.#headerLine = lineNo;
    this.#columns = new Map([...DECISION_LABELS].map(([field, label]) => [field, names.indexOf(label)]));
  }

  #decided({ values, faults, lineNo }: SheetRow, columns: Columns): void {
    const textOf = (field: DecisionField): string =>
      displayText(values[columns.get(field) ?? -1] ?? '').trim();
    if (textOf('action') === '') {
      this.leftEmpty += 1;
      return;
    }
    const faulty = [...columns].find(([, at]) => faults?.has(at))?.[0];
    const cells = {
      merchantId: textOf('merchantId'),
      orderNo: textOf('orderNo'),
      id: textOf('id'),
      action: textOf('action'),
      note: textOf('note'),
      method: textOf('method'),
      channelRefundNo: textOf('channelRefundNo'),
      confirmCrossDay: textOf('confirmCrossDay'),
      confirmNotCrossDay: textOf('confirmNotCrossDay'),
      assignee: textOf('assignee'),
    };
    const faultyColumn = faulty === undefined ? null : (DECISION_LABELS.get(faulty) ?? null);
    this.#give({ sheet: this.#name, line: lineNo, cells, faultyColumn });
  }

  /**
   * Only the first cell of a merged area holds its value: the rows below would lack it without a word.
   * @throws DZ_DECISIONS_MERGED
   */
  checkMerged({ ref, firstColumn, lastColumn, lastRow }: MergedArea): void {
    if (this.#columns === null || lastRow <= this.#headerLine) return;
    const field = [...this.#columns].find(([, at]) => at >= firstColumn && at <= lastColumn)?.[0];
    if (field === undefined) return;
    const label = DECISION_LABELS.get(field) ?? '';
    throw new DuizhangError(
      'DZ_DECISIONS_MERGED',
      `the cells ${ref} of ${label} are merged over several rows, of which only the first holds the value; unmerge and fill them`,
      { messageZh: `“${label}”的单元格${ref}跨行合并，只有第一行有值，请取消合并并逐行填写` },
    );
  }
}

function refused(en: string, zh: string): DuizhangError {
  return new DuizhangError('DZ_DECISIONS_COLUMNS', en, { messageZh: zh });
}
