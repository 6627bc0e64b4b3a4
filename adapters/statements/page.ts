import { yuanOfFen } from '../../domain/money.ts';
import type { Statement } from '../../domain/statement.ts';
import type { Cell, Sheet } from '../files/sheet.ts';
import { periodOf, sectionsOf, titleOf } from './sections.ts';

/** A page is for reading; the workbook holds every row. */
const MOST_ROWS = 200;

/** A statement as one A4 page, or several: no scripts, nothing fetched, styles inside. */
export function* statementPage(statement: Statement): Generator<string> {
  const title = `${statement.merchantName} ${titleOf(statement)} ${periodOf(statement)}`;
  yield `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(titleOf(statement))}</h1><p>${escaped(statement.merchantName)} · ${escaped(periodOf(statement))}</p></header>
`;
  const [facts, ...sections] = sectionsOf(statement);
  if (facts) yield factList(facts);
  for (const section of sections) yield sectionHtml(section);
  yield `<footer><span>制表：</span><span>复核：</span><span>医院确认：</span><span>日期：</span></footer>
</body>
</html>
`;
}

function factList({ rows }: Sheet): string {
  const items = rows.map(([name, value]) => `<dt>${shown(name)}</dt><dd>${shown(value)}</dd>`);
  return `<dl>${items.join('')}</dl>\n`;
}

function sectionHtml(sheet: Sheet): string {
  const { name, header, rows } = withoutCodes(sheet);
  const heading = `<h2>${escaped(name)}</h2>`;
  if (rows.length === 0) return `<section>${heading}<p>无</p></section>\n`;
  const classes = header.map((_, at) => classOf(rows.find((row) => row[at]?.type !== 'NONE')?.[at]));
  const cells = (tag: 'th' | 'td', texts: readonly string[]) =>
    texts.map((text, at) => `<${tag}${classes[at]}>${text}</${tag}>`).join('');
  const lines = rows
    .slice(0, MOST_ROWS)
    .map((row) => `<tr${isTotal(row) ? ' class="total"' : ''}>${cells('td', row.map(shown))}</tr>`);
  const more = rows.length > MOST_ROWS ? `<p>另有 ${rows.length - MOST_ROWS} 笔，见 Excel 报表。</p>` : '';
  return `<section>${heading}<table><thead><tr>${cells('th', header.map(escaped))}</tr></thead>
<tbody>${lines.join('\n')}</tbody></table>${more}</section>\n`;
}

/** On paper the Chinese words are enough. */
function withoutCodes({ header, rows, ...sheet }: Sheet): Sheet {
  const kept = <T>(items: readonly T[]): T[] => items.filter((_, at) => header[at] !== '代码');
  return { ...sheet, header: kept(header), rows: rows.map(kept) };
}

/** Numbers stand to the right, ids may go on in a second line. */
function classOf(cell: Cell | undefined): string {
  if (isRight(cell)) return ' class="n"';
  return cell?.type === 'ID' ? ' class="id"' : '';
}

function isRight(cell: Cell | undefined): boolean {
  return cell?.type === 'MONEY' || cell?.type === 'COUNT';
}

function isTotal(row: readonly Cell[]): boolean {
  return row.slice(0, 2).some((cell) => cell.type === 'TEXT' && cell.text === '合计');
}

function shown(cell: Cell | undefined): string {
  switch (cell?.type) {
    case 'TEXT':
    case 'ID':
      return escaped(cell.text);
    case 'COUNT':
      return grouped(String(cell.count));
    case 'MONEY':
      return grouped(yuanOfFen(cell.fen));
    case 'RATE':
      return `${(cell.rate * 100).toFixed(2)}%`;
    case 'NONE':
    case undefined:
      return '';
  }
}

function grouped(number: string): string {
  return number.replaceAll(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const STYLE = `
@page { size: A4; margin: 14mm 12mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 186mm; padding: 6mm 0; color: #1a1a1a; background: #fff;
  font: 9.5pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif; }
header { border-bottom: 1.5pt solid #1a1a1a; padding-bottom: 2mm; margin-bottom: 3mm; text-align: center; }
h1 { font-size: 17pt; margin: 0; letter-spacing: .15em; }
header p { margin: 1mm 0 0; font-size: 11pt; }
h2 { font-size: 11pt; margin: 5mm 0 1.5mm; break-after: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr max-content 1fr; gap: .8mm 4mm; margin: 0; font-size: 9pt; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 8.5pt; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; }
th, td { border: .5pt solid #999; padding: .8mm 1.4mm; text-align: left; white-space: nowrap; }
th { background: #f0f0f0; font-weight: 600; }
.n { text-align: right; }
td.id { white-space: normal; overflow-wrap: anywhere; }
tr { break-inside: avoid; }
.total td { font-weight: 600; background: #fafafa; }
section > p { margin: 1mm 0; color: #555; }
footer { display: grid; grid-template-columns: repeat(4, 1fr); gap: 6mm; margin-top: 12mm; break-inside: avoid; }
footer span { border-bottom: .5pt solid #555; padding-bottom: 6mm; }
@media print { body { padding: 0; max-width: none; } th, .total td { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
