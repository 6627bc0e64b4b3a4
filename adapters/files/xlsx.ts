import type { Row } from 'write-excel-file/node';
import writeExcelFile from 'write-excel-file/node';
import { yuanOfFen } from '../../domain/money.ts';
import type { Cell, Sheet } from './sheet.ts';

/** A double holds yuan with two decimals exactly enough to print them again up to here; more is written as text. */
const MAX_NUMBER_FEN = 999_999_999_999_999n;
/** Excel's own limit, header included. */
const MAX_ROWS = 1_048_576;

/** A workbook: amounts are numbers with two decimals, ids text, headers bold and frozen. */
export async function xlsxOf(sheets: readonly Sheet[]): Promise<Buffer> {
  return writeExcelFile(
    sheets.flatMap(withinRowLimit).map((sheet) => ({
      sheet: sheet.name,
      data: [
        sheet.header.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
        ...sheet.rows.map((row): Row => row.map(excelCell)),
      ],
      columns: sheet.widths.map((width) => ({ width })),
      stickyRowsCount: 1,
    })),
  ).toBuffer();
}

/** A sheet that is too long goes on in further ones. */
function withinRowLimit(sheet: Sheet): Sheet[] {
  const perSheet = MAX_ROWS - 1;
  const parts = Math.max(1, Math.ceil(sheet.rows.length / perSheet));
  return Array.from({ length: parts }, (_, part) => ({
    ...sheet,
    name: part === 0 ? sheet.name : `${sheet.name} ${part + 1}`,
    rows: sheet.rows.slice(part * perSheet, (part + 1) * perSheet),
  }));
}

function excelCell(cell: Cell): Row[number] {
  switch (cell.type) {
    case 'TEXT':
      return { value: cell.text, type: String };
    case 'COUNT':
      return { value: cell.count, type: Number };
    case 'MONEY':
      return cell.fen > MAX_NUMBER_FEN || cell.fen < -MAX_NUMBER_FEN
        ? { value: yuanOfFen(cell.fen), type: String, align: 'right' }
        : { value: Number(yuanOfFen(cell.fen)), type: Number, format: '#,##0.00' };
    case 'NONE':
      return null;
  }
}
