import type { SheetHead } from './sheet.ts';
import { STYLE, columnName, headerXml, xmlText } from './xlsxRow.ts';

// The parts of a workbook beside its rows (ECMA-376, SpreadsheetML).

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const FILL_IN_WIDTH = 18;
/** Excel's own limit, header included. */
export const MAX_ROWS = 1_048_576;
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The order of `cellXfs` is that of STYLE (xlsxRow.ts); 3, 4, 10 and 49 are Excel's own formats. */
const STYLES = `${XML}<styleSheet xmlns="${MAIN}">
<fonts count="2"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="7">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="right"/></xf>
<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>`;

const ROOT_RELS = `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

/** Those that are the same in every workbook, by path. */
export const PARTS: Readonly<Record<string, string>> = {
  'xl/styles.xml': STYLES,
  '_rels/.rels': ROOT_RELS,
};

export type ShownSheet = { readonly name: string; readonly file: number };

export function workbookXml(sheets: readonly ShownSheet[]): string {
  const list = sheets.map(
    ({ name, file }, at) => `<sheet name="${xmlText(name)}" sheetId="${at + 1}" r:id="rId${file}"/>`,
  );
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${list.join('')}</sheets></workbook>`;
}

export function workbookRelsXml(files: number): string {
  const sheets = numbers(files).map(
    (n) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`,
  );
  const styles = `<Relationship Id="rId${files + 1}" Type="${OFFICE}/styles" Target="styles.xml"/>`;
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${sheets.join('')}${styles}</Relationships>`;
}

export function contentTypesXml(files: number): string {
  const sheets = numbers(files).map(
    (n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPES}.worksheet+xml"/>`,
  );
  return `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/>${sheets.join('')}</Types>`;
}

/** Up to the first row below the header, which stays in sight. */
export function sheetHeadXml({ header, widths, toFillIn = [] }: SheetHead): string {
  const columns = [
    ...widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`),
    ...toFillIn.map((_, n) => {
      const place = widths.length + n + 1;
      return `<col min="${place}" max="${place}" width="${FILL_IN_WIDTH}" style="${STYLE.text}" customWidth="1"/>`;
    }),
  ];
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>${headerXml([...header, ...toFillIn.map(({ label }) => label)])}`;
}

/** Lists to pick from are offers: codes may be written too, and what is read is checked. */
export function sheetFootXml({ header, toFillIn = [] }: SheetHead): string {
  const lists = toFillIn.flatMap(({ choices }, n) => {
    if (choices === undefined) return [];
    const column = columnName(header.length + n);
    return [
      `<dataValidation type="list" allowBlank="1" sqref="${column}2:${column}${MAX_ROWS}"><formula1>"${xmlText(choices.join(','))}"</formula1></dataValidation>`,
    ];
  });
  const validations =
    lists.length === 0 ? '' : `<dataValidations count="${lists.length}">${lists.join('')}</dataValidations>`;
  return `</sheetData>${validations}</worksheet>`;
}

function numbers(upTo: number): number[] {
  return Array.from({ length: upTo }, (_, at) => at + 1);
}
