import type { BillError, BillHints, BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { decodeOpening, type ByteText } from './byteText.ts';
import { Cells, MAX_COLUMNS } from './cells.ts';
import type { BillFormat, Opening, PartRole, RowLayout } from './format.ts';
import { BILL_FORMATS } from './formats.ts';
import { DEFAULT_UNPACK_LIMITS } from './limits.ts';
import { lineBlocks } from './lineBlocks.ts';
import { partsOf, type BillPart } from './parts.ts';

/** A cell of a line. */
export type ExplainedColumn = {
  /** As the bill's header or document calls it; '' beyond the header. */
  readonly header: string;
  /** What the header was recognised as, e.g. `orderNo`; null: passed over. */
  readonly meaning: string | null;
  /** All names that this meaning goes by. */
  readonly aliases: readonly string[];
  readonly value: string;
};

/** One line as it stands in one part of the file. */
export type FoundLine = {
  /** Name inside an archive; null outside of one. */
  readonly part: string | null;
  readonly role: PartRole | null;
  readonly format: string | null;
  readonly isHeader: boolean;
  /** It has as many cells as the header has names. */
  readonly fitsHeader: boolean;
  readonly raw: string;
  readonly columns: readonly ExplainedColumn[];
};

export type LineExplanation = {
  readonly line: number;
  /** More than one where an archive has several parts. */
  readonly found: readonly FoundLine[];
  /** What the line became; none: it is no row, or one that is only counted. */
  readonly lines: readonly BillLine[];
  readonly errors: readonly BillError[];
  /** null: the file was refused. */
  readonly report: BillReport | null;
  readonly refusal: DuizhangError | null;
};

const MAX_RAW_CHARS = 4000;

/**
 * What one line of a bill is and what it became. The whole bill is read for it: whether a row is a duplicate or lies
 * outside of its day, others say.
 * @param open opens the bytes from their beginning; called twice
 * @throws DZ_BILL_NO_LINE
 */
export async function explainLine(
  open: () => AsyncIterable<Uint8Array>,
  line: number,
  hints: BillHints,
  read: BillReader,
): Promise<LineExplanation> {
  const became = await readFor(read(open(), hints), line);
  const found: FoundLine[] = [];
  let last = 0;
  try {
    for await (const part of partsOf(open(), DEFAULT_UNPACK_LIMITS)) {
      const { there, lastLine } = await findLine(part, line);
      if (there) found.push(there);
      last = Math.max(last, lastLine);
    }
  } catch (error) {
    // A damaged file is refused by `readFor` as well; the line may stand before the damage.
    if (!(error instanceof DuizhangError) || became.refusal === null) throw error;
  }
  const isMapped = NO_LINES.test(became.report?.format ?? '');
  if (isMapped && became.lines.length + became.errors.length > 0)
    return { line, found: [readRow(became)], ...became };
  if (isMapped || found.length === 0) throw became.refusal ?? noLine(line, last);
  // A total is no row with too few cells: what the header names says nothing of it.
  const isRow = became.lines.length + became.errors.length > 0;
  const details = found.filter(({ role }) => role === 'DETAIL');
  const told = (details.length > 0 ? details : found).map((there) =>
    isRow || there.fitsHeader ? there : { ...there, columns: [] },
  );
  return { line, found: told, ...became };
}

/** Rows of sheets and records of JSON are counted, and are no lines of the file's text. */
const NO_LINES = /^mapped-(?:xlsx|json)$/;

function readRow({ errors, report }: Pick<LineExplanation, 'errors' | 'report'>): FoundLine {
  return {
    part: null,
    role: 'DETAIL',
    format: report?.format ?? null,
    isHeader: false,
    fitsHeader: true,
    raw: errors[0]?.raw ?? '',
    columns: [],
  };
}

async function readFor(
  reading: ReturnType<BillReader>,
  lineNo: number,
): Promise<Omit<LineExplanation, 'line' | 'found'>> {
  const lines: BillLine[] = [];
  try {
    for await (const batch of reading.lines) {
      for (const line of batch) if (line.line === lineNo) lines.push(line);
    }
    const report = await reading.report;
    const errors = report.errors.filter((error) => error.line === lineNo);
    return { lines, errors, report, refusal: null };
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    return { lines, errors: [], report: null, refusal: error };
  }
}

/** How a part begins, and which format says that it is its. */
type Beginning = {
  readonly opening: Opening;
  readonly format: BillFormat | null;
  readonly role: PartRole | null;
};

async function findLine(
  part: BillPart,
  wanted: number,
): Promise<{ there: FoundLine | null; lastLine: number }> {
  // A workbook has rows and no lines of text: what the reader says of them is told.
  if (part.kind === 'WORKBOOK') return { there: null, lastLine: 0 };
  let lineNo = 0;
  let begun: Beginning | null = null;
  let header: readonly string[] | null = null;
  for await (const text of lineBlocks(part.bytes)) {
    let at = lineNo === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    while (at < text.length) {
      const feed = text.indexOf('\n', at);
      let end = feed < 0 ? text.length : feed;
      const next = feed < 0 ? text.length : feed + 1;
      if (end > at && text.charCodeAt(end - 1) === 13) end -= 1;
      lineNo += 1;
      const bytes = text.slice(at, end);
      let isHeader = false;
      if (bytes !== '') begun ??= beginningOf(bytes, part.name);
      if (bytes !== '' && header === null && begun?.format?.layout?.kind === 'HEADER') {
        header = begun.format.layout.namesOf(decoderOf(begun)(bytes));
        isHeader = header !== null;
      }
      if (lineNo === wanted) return { there: foundLine(bytes, begun, header, isHeader), lastLine: lineNo };
      at = next;
    }
  }
  return { there: null, lastLine: lineNo };
}

function beginningOf(firstLine: ByteText, partName: string | null): Beginning {
  const opening = { ...decodeOpening(firstLine), bytes: firstLine, partName };
  for (const format of BILL_FORMATS) {
    const role = format.recognise(opening);
    if (role !== null) return { opening, format, role };
  }
  return { opening, format: null, role: null };
}

/** A cell alone may be valid in both encodings; the part's first line has said which it is. */
function decoderOf(begun: Beginning | null): (bytes: ByteText) => string {
  const decoder = new TextDecoder(begun?.opening.encoding ?? 'utf-8');
  return (bytes) => decoder.decode(Buffer.from(bytes, 'latin1'));
}

function foundLine(
  bytes: ByteText,
  begun: Beginning | null,
  header: readonly string[] | null,
  isHeader: boolean,
): FoundLine {
  const layout = begun?.format?.layout;
  const decode = decoderOf(begun);
  const columns = isHeader ? headerColumns(layout, header ?? []) : columnsOf(layout, header, bytes, decode);
  return {
    part: begun?.opening.partName ?? null,
    role: begun?.role ?? null,
    format: begun?.format?.name ?? null,
    isHeader,
    fitsHeader: header === null || columns.length === header.length,
    raw: decode(bytes.slice(0, MAX_RAW_CHARS)),
    columns,
  };
}

type HeaderLayout = Extract<RowLayout, { kind: 'HEADER' }>;

function headerColumns(layout: RowLayout | undefined, header: readonly string[]): readonly ExplainedColumn[] {
  if (layout?.kind !== 'HEADER') return [];
  return header.map((name) => ({ ...meaningOf(layout, header, name), header: name, value: name }));
}

function columnsOf(
  layout: RowLayout | undefined,
  header: readonly string[] | null,
  bytes: ByteText,
  decode: (bytes: ByteText) => string,
): readonly ExplainedColumn[] {
  if (layout?.kind === 'FIXED') {
    return Object.entries(layout.fields).map(([meaning, { name, start, end }]) => {
      return { header: name, meaning, aliases: [name], value: decode(bytes.slice(start, end)).trimEnd() };
    });
  }
  if (layout === undefined || header === null) return [];
  const cells = new Cells();
  if (!layout.split(cells, bytes, 0, bytes.length)) return [];
  return Array.from({ length: Math.min(cells.count, MAX_COLUMNS) }, (_, column) => {
    const name = header[column] ?? '';
    return { ...meaningOf(layout, header, name), header: name, value: decode(cells.get(column)) };
  });
}

/** As mapColumns takes them: of several names of one meaning the first listed one that is there. */
function meaningOf(
  { aliases }: HeaderLayout,
  header: readonly string[],
  name: string,
): Pick<ExplainedColumn, 'meaning' | 'aliases'> {
  for (const [meaning, { names }] of Object.entries(aliases)) {
    if (names.find((candidate) => header.includes(candidate)) === name) return { meaning, aliases: names };
  }
  return { meaning: null, aliases: [] };
}

function noLine(line: number, last: number): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_NO_LINE',
    `there is no line ${line}: the bill ends with line ${last} (lines are counted from 1 in the unpacked text)`,
  );
}
