import type { Kind } from '../../domain/entry.ts';
import { DuizhangError, type DuizhangErrorCode } from '../../domain/errors.ts';
import { KIND_LABELS } from '../../domain/labels.ts';
import type { Words } from '../../domain/words.ts';
import type { RowErrorCode } from './rowErrorCode.ts';

export const KIND_WORDS: Readonly<Record<Kind, Words>> = {
  PAYMENT: { en: 'payment', zh: KIND_LABELS.PAYMENT },
  REFUND: { en: 'refund', zh: KIND_LABELS.REFUND },
};
export const ANY_ROW: Words = { en: 'row', zh: '记录' };
/** What a sentence is filled with. */
export type Said = string | number | Words;

/** A sentence in both languages; {names} are filled in, the same ones in both. */
type Sentence<Code extends DuizhangErrorCode> = Words & { readonly code: Code };

/** What is wrong with one row. The row is left out, told by line and kept with its raw text. */
export const ROW_MESSAGES = {
  columnCount: {
    code: 'DZ_ROW_COLUMN_COUNT',
    en: 'the row has {found} columns, its header {expected}',
    zh: '该行有 {found} 列，表头有 {expected} 列',
  },
  noBacktick: {
    code: 'DZ_ROW_COLUMN_COUNT',
    en: 'the row does not begin with a backtick as every row of this bill does',
    zh: '该行不以反引号（`）开头，而此账单每行都应以它开头',
  },
  lineTooShort: {
    code: 'DZ_ROW_COLUMN_COUNT',
    en: 'the line ends at byte {length}, before {column} (bytes {start} to {end})',
    zh: '该行在第 {length} 字节结束，未到“{column}”（第 {start} 至 {end} 字节）',
  },
  shifted: {
    code: 'DZ_ROW_COLUMN_COUNT',
    en: '{column} (bytes {start} to {end}) has no space on both sides: the fields are shifted',
    zh: '“{column}”（第 {start} 至 {end} 字节）两侧没有空格：字段已错位',
  },
  amount: {
    code: 'DZ_ROW_AMOUNT',
    en: '{column} is "{value}"; expected yuan in digits such as 25.00, to the fen',
    zh: '“{column}”为“{value}”，应为以元为单位、精确到分的数字，如 25.00',
  },
  feeAmount: {
    code: 'DZ_ROW_AMOUNT',
    en: '{column} is "{value}"; expected yuan with up to 5 decimals, such as 0.15000',
    zh: '“{column}”为“{value}”，应为以元为单位、最多 5 位小数的数字，如 0.15000',
  },
  fenAmount: {
    code: 'DZ_ROW_AMOUNT',
    en: '{column} is "{value}"; expected 12 digits of fen',
    zh: '“{column}”为“{value}”，应为 12 位数字，单位为分',
  },
  signedFenAmount: {
    code: 'DZ_ROW_AMOUNT',
    en: '{column} is "{value}"; expected C or D and 12 digits of fen',
    zh: '“{column}”为“{value}”，应为 C 或 D 加 12 位数字，单位为分',
  },
  amountThousands: {
    code: 'DZ_ROW_AMOUNT_THOUSANDS',
    en: '{column} is "{value}": thousands separators are no part of a bill; import the original file',
    zh: '“{column}”为“{value}”：账单金额不带千位分隔符，请导入原始文件',
  },
  amountNegative: {
    code: 'DZ_ROW_AMOUNT_NEGATIVE',
    en: '{column} is "{value}"; it must not be negative here',
    zh: '“{column}”为“{value}”，此处不得为负数',
  },
  amountTooLarge: {
    code: 'DZ_ROW_AMOUNT_TOO_LARGE',
    en: '{column} is "{value}": more than the ledger can hold (92233720368547758.07 yuan)',
    zh: '“{column}”为“{value}”：超过账本可存的上限（92233720368547758.07 元）',
  },
  amountZero: {
    code: 'DZ_ROW_AMOUNT_ZERO',
    en: '{column} is "{value}"; expected what was given back',
    zh: '“{column}”为“{value}”，应为退还的金额',
  },
  revokedWithoutAmount: {
    code: 'DZ_ROW_REVOKED',
    en: 'the order was revoked, but neither 申请退款金额 nor 退款金额 says how much was given back; ask the channel',
    zh: '该订单已撤销，但“申请退款金额”和“退款金额”都未写明退还金额，请向渠道核实',
  },
  contradiction: {
    code: 'DZ_ROW_CONTRADICTION',
    en: '{column} is "{value}", which does not go with {other} "{otherValue}"',
    zh: '“{column}”为“{value}”，与“{other}”为“{otherValue}”相矛盾',
  },
  excelNumber: {
    code: 'DZ_ROW_EXCEL_NUMBER',
    en: '{column} is "{value}": a spreadsheet has cut the number; import the original file',
    zh: '“{column}”为“{value}”：数字已被电子表格软件截断，请导入原始文件',
  },
  time: {
    code: 'DZ_ROW_TIME',
    en: '{column} is "{value}"; expected a time of the calendar as yyyy-MM-dd HH:mm:ss',
    zh: '“{column}”为“{value}”，应为真实存在的时间，格式 yyyy-MM-dd HH:mm:ss',
  },
  timePattern: {
    code: 'DZ_ROW_TIME',
    en: '{column} is "{value}"; expected a time of the calendar as {pattern}',
    zh: '“{column}”为“{value}”，应为真实存在的时间，格式{pattern}',
  },
  wholeFen: {
    code: 'DZ_ROW_AMOUNT',
    en: '{column} is "{value}"; expected whole fen, as the configuration says',
    zh: '“{column}”为“{value}”，按配置应为以分为单位的整数',
  },
  formulaWithoutValue: {
    code: 'DZ_ROW_CELL',
    en: '{column} is a formula whose result is not in the file; open and save it in a spreadsheet, or export values',
    zh: '“{column}”为公式，但文件中没有计算结果，请用电子表格软件打开保存一次，或导出为数值',
  },
  nestedValue: {
    code: 'DZ_ROW_CELL',
    en: '{column} is an object or an array; expected a text or a number',
    zh: '“{column}”为对象或数组，应为文本或数字',
  },
  cellFault: {
    code: 'DZ_ROW_CELL',
    en: '{column} holds the fault "{value}" of a formula; correct the workbook, or export it again',
    zh: '“{column}”为公式错误值“{value}”，请更正表格或重新导出',
  },
  monthDayTime: {
    code: 'DZ_ROW_TIME',
    en: '{column} is "{value}"; expected a time of the calendar as MMDDhhmmss (settle date: {settleDate})',
    zh: '“{column}”为“{value}”，应为真实存在的时间，格式 MMDDhhmmss（清算日期：{settleDate}）',
  },
  outsideDay: {
    code: 'DZ_ROW_OUTSIDE_DAY',
    en: '{column} is "{value}", outside of what the bill is of: {from} to {to}',
    zh: '“{column}”为“{value}”，不在账单所属时间 {from} 至 {to} 之内',
  },
  state: {
    code: 'DZ_ROW_STATE',
    en: '{column} is "{value}"; expected {expected}',
    zh: '“{column}”为“{value}”，应为{expected}',
  },
  notOnPayment: {
    code: 'DZ_ROW_STATE',
    en: '{column} is "{value}"; expected nothing on a PAYMENT',
    zh: '“{column}”为“{value}”，支付（PAYMENT）行的此列应为空',
  },
  duplicate: {
    code: 'DZ_ROW_DUPLICATE',
    en: 'a {kind} of {column} {value} stands in this bill already; this row is left out, also when its amount is another: compare the two',
    zh: '{column}为{value}的同类记录（{kind}）在本账单中已出现；本行未计入，即使金额不同也如此，请核对两行',
  },
  idEmpty: { code: 'DZ_ROW_ID', en: '{column} is empty', zh: '“{column}”为空' },
  idIllegal: {
    code: 'DZ_ROW_ID',
    en: '{column} is "{value}"; expected 1 to 64 printable ASCII characters without space and "~"',
    zh: '“{column}”为“{value}”，应为 1 至 64 个可见 ASCII 字符，不含空格和“~”',
  },
  channel: {
    code: 'DZ_ROW_CHANNEL',
    en: '{column} is "{value}"; expected {expected}',
    zh: '“{column}”为“{value}”，应为{expected}',
  },
  otherMerchant: {
    code: 'DZ_ROW_OTHER_MERCHANT',
    en: '{column} is "{value}", but the bill is of merchant {expected}',
    zh: '“{column}”为“{value}”，而账单属于商户号 {expected}',
  },
} as const satisfies Record<string, Sentence<RowErrorCode>>;

/** Why a whole file is refused. Nothing of it is taken. */
export const FILE_MESSAGES = {
  notRead: {
    code: 'DZ_BILL_NOT_READ',
    en: 'reading of the bill was stopped before its end',
    zh: '账单未读完即被中止',
  },
  emptyFile: {
    code: 'DZ_BILL_EMPTY_FILE',
    en: 'the file is empty (0 bytes of text); fetch the bill again',
    zh: '文件为空（没有任何文字），请重新下载账单',
  },
  utf16: {
    code: 'DZ_BILL_UTF16',
    en: 'the bill is UTF-16 text, as spreadsheets save it; fetch the original file again, or save it as UTF-8',
    zh: '账单为 UTF-16 编码（电子表格软件另存的格式），请重新下载原始文件，或另存为 UTF-8',
  },
  binary: {
    code: 'DZ_BILL_NOT_TEXT',
    en: 'the bill is not text: it holds NUL bytes or control characters; fetch the original file again and do not open it in between',
    zh: '账单不是文本：含有空字节或控制字符，请重新下载原始文件，中途不要打开另存',
  },
  unknownEncoding: {
    code: 'DZ_BILL_NOT_TEXT',
    en: 'the bill is not text: its first line is neither UTF-8 nor GB18030; fetch the original file again and do not open it in between',
    zh: '账单不是文本：首行既不是 UTF-8 也不是 GB18030（GBK），请重新下载原始文件，中途不要打开另存',
  },
  lineTooLong: {
    code: 'DZ_BILL_LINE_TOO_LONG',
    en: 'the bill holds a line of more than {maxLineBytes} bytes; no bill has such lines, fetch the file again',
    zh: '账单中有一行超过 {maxLineBytes} 字节，正常账单没有这样的行，请重新下载',
  },
  unknownFormat: {
    code: 'DZ_BILL_UNKNOWN_FORMAT',
    en: 'no known bill begins with "{opening}"{part}. Known are {known}',
    zh: '没有已知的账单以“{opening}”开头{part}，请提供原始文件。可识别的有：{known}',
  },
  headerColumns: {
    code: 'DZ_BILL_UNKNOWN_FORMAT',
    en: 'the header looks like {format}, but it has {count} columns; ask for the bill with its standard columns',
    zh: '表头像是{format}，但有 {count} 列，请按标准列重新下载账单',
  },
  totalNotPaid: {
    code: 'DZ_BILL_TOTAL_NOT_PAID',
    en: '{where} takes {column} for the amount, but the file has {other} too: with medical insurance the total is larger than what the channel was paid; name the channel-paid column, or confirm with "channelPaid: true"',
    zh: '{where}以“{column}”为金额，而文件中还有“{other}”：使用医保时总金额大于渠道实付，请改为渠道实付（自付）列，或写明 channelPaid: true 确认',
  },
  mergedCells: {
    code: 'DZ_BILL_MERGED_CELLS',
    en: 'the cells {ref} of {column} are merged over several rows, of which only the first holds the value; unmerge and fill them, or export again without merging',
    zh: '“{column}”的单元格 {ref} 跨行合并，只有第一行有值，请取消合并并填充，或以不合并方式重新导出',
  },
  cellTooLong: {
    code: 'DZ_BILL_LINE_TOO_LONG',
    en: 'a cell holds more than {maxChars} characters; it is no bill',
    zh: '有单元格超过 {maxChars} 个字符，不是正常账单',
  },
  sharedStrings: {
    code: 'DZ_BILL_BOMB',
    en: 'the texts of the workbook are more than {maxBytes} bytes or {maxStrings} pieces; split it, or export it as CSV',
    zh: '工作簿的文字超过 {maxBytes} 字节或 {maxStrings} 条，请拆分，或导出为 CSV',
  },
  workbookDoctype: {
    code: 'DZ_BILL_BOMB',
    en: '{part} of the workbook declares a document type, which none does; it is refused',
    zh: '工作簿中的{part}含有文档类型声明，正常工作簿没有，已拒绝',
  },
  damagedWorkbook: {
    code: 'DZ_BILL_DAMAGED',
    en: 'the workbook is damaged: {part}, {why}; export it again as .xlsx',
    zh: '工作簿已损坏：{part}，{why}，请重新导出为 .xlsx',
  },
  oldWorkbook: {
    code: 'DZ_BILL_UNKNOWN_FORMAT',
    en: 'the file is a workbook of the old .xls kind, or protected by a password; save it as .xlsx without a password',
    zh: '该文件是旧式 .xls 工作簿，或有密码保护，请另存为不带密码的 .xlsx',
  },
  damagedJson: {
    code: 'DZ_BILL_DAMAGED',
    en: 'record {record} is no JSON object: {why}; export the file again',
    zh: '第 {record} 条记录不是 JSON 对象：{why}，请重新导出',
  },
  jsonEncoding: {
    code: 'DZ_BILL_NOT_TEXT',
    en: 'the JSON is not {encoding} throughout; export it again as UTF-8',
    zh: 'JSON 并非全部为 {encoding} 编码，请重新导出为 UTF-8',
  },
  jsonRecords: {
    code: 'DZ_BILL_HEADER',
    en: 'the JSON object has no array {records}; correct "records" of the mapping in duizhang.config.yaml',
    zh: 'JSON 对象中没有数组 {records}，请更正 duizhang.config.yaml 中列映射的 records',
  },
  mappedTotals: {
    code: 'DZ_BILL_TOTALS_MISMATCH',
    en: 'the total line {line} states {stated} fen of {column}, the rows give {read}; export the file again, nothing of it is taken (where that total counts something else, say "checkTotals: false")',
    zh: '第 {line} 行合计的“{column}”为 {stated} 分，明细合计为 {read}，未采用任何内容，请重新导出（若该合计另有含义，可设 checkTotals: false）',
  },
  zipInZip: {
    code: 'DZ_BILL_UNKNOWN_FORMAT',
    en: 'the archive holds a further archive ({name}); unpack it first',
    zh: '压缩包内还有压缩包（{name}），请先解压',
  },
  mappedHeader: {
    code: 'DZ_BILL_HEADER',
    en: 'no line has the columns of {where}: line {line}{sheet} comes nearest and lacks {missing}; correct the names of the columns in duizhang.config.yaml, or give the right file',
    zh: '没有一行符合{where}的列：最接近的是第 {line} 行{sheet}，缺少{missing}，请更正 duizhang.config.yaml 中的列名，或提供正确的文件',
  },
  payOrRefund: {
    code: 'DZ_BILL_HEADER',
    en: 'the header fits two of the files of {where}; give each a "title" that stands above its header',
    zh: '表头同时符合{where}中的两种文件，请为每种文件写明表头上方的标题（title）',
  },
  noVisibleSheet: {
    code: 'DZ_BILL_HEADER',
    en: 'the workbook has no visible sheet ({found}); name a hidden one with "sheet" in the mapping',
    zh: '工作簿没有可见的工作表（{found}），要读取隐藏的工作表请在列映射中用 sheet 写明',
  },
  workbookUnmapped: {
    code: 'DZ_BILL_UNKNOWN_FORMAT',
    en: "the file is a workbook, which is read only as a hospital's own book: say whose (bill parse --merchant H --book merchant, reconcile --hospital H) and how its columns are called (books in duizhang.config.yaml)",
    zh: '该文件是 Excel 工作簿，只能作为医院自己的账单读取：请写明医院（bill parse --merchant H --book merchant，reconcile --hospital H），并在 duizhang.config.yaml 的 books 中写明列名',
  },
  otherFileFormat: {
    code: 'DZ_BILL_UNKNOWN_FORMAT',
    en: 'the file is {found}, but {where} reads {asked}; give the right file or correct the configuration',
    zh: '该文件为 {found} 格式，而{where}规定为 {asked}，请提供正确的文件或更正配置',
  },
  noSheet: {
    code: 'DZ_BILL_HEADER',
    en: '{where} reads the sheet "{sheet}", but the workbook has {found}; give the right file or correct the configuration',
    zh: '{where}读取工作表“{sheet}”，而文件中有{found}，请提供正确的文件或更正配置',
  },
  headerTwice: {
    code: 'DZ_BILL_HEADER',
    en: 'the header looks like {format}, but its column {column} stands there twice; ask for the bill with its standard columns',
    zh: '表头像是{format}，但“{column}”列出现了两次，请按标准列重新下载账单',
  },
  headerLacks: {
    code: 'DZ_BILL_HEADER',
    en: 'the header looks like {format}, but it lacks {columns}; ask for the bill with its standard columns',
    zh: '表头像是{format}，但缺少{columns}，请按标准列重新下载账单',
  },
  twoFormats: {
    code: 'DZ_BILL_TWO_FORMATS',
    en: 'the archive holds bills of two formats, {first} and {second}; import them one by one',
    zh: '压缩包内有两种格式的账单（{first}和{second}），请分别导入',
  },
  channelMismatch: {
    code: 'DZ_BILL_CHANNEL_MISMATCH',
    en: 'the file is a bill of {channel} ({format}), not of {asked}; name the right file or channel',
    zh: '该文件是{channel}的账单（{format}），不是{asked}的，请指定正确的文件或渠道',
  },
  otherMerchant: {
    code: 'DZ_BILL_OTHER_MERCHANT',
    en: 'the bill is of merchant {found}, not of {asked}; give the right file or correct the configuration',
    zh: '账单属于商户号 {found}，不是 {asked}，请提供正确的文件或更正配置',
  },
  otherDate: {
    code: 'DZ_BILL_OTHER_DATE',
    en: 'the bill is of {found}, not of {asked}; give the right file or the right date',
    zh: '账单日期为 {found}，不是 {asked}，请提供正确的文件或日期',
  },
  truncated: {
    code: 'DZ_BILL_TRUNCATED',
    en: 'the bill is cut off: it ends without {missing}; fetch it again',
    zh: '账单不完整：结尾缺少{missing}，请重新下载',
  },
  noSummary: {
    code: 'DZ_BILL_NO_SUMMARY',
    en: 'the bill has no summary: {missing} is not there, so that its rows cannot be checked; fetch it again',
    zh: '账单没有汇总：缺少{missing}，无法核对明细，请重新下载',
  },
  noDetail: {
    code: 'DZ_BILL_NO_DETAIL',
    en: 'the archive lacks the detail file ({missing}); fetch the bill again',
    zh: '压缩包缺少明细文件（{missing}），请重新下载',
  },
  trailingLines: {
    code: 'DZ_BILL_TRAILING_LINES',
    en: 'line {line} stands behind the end of the bill; fetch it again',
    zh: '第 {line} 行出现在账单结尾之后，请重新下载',
  },
  totals: {
    code: 'DZ_BILL_TOTALS_MISMATCH',
    en: 'the bill states {what} {stated}, its rows give {read}; fetch the bill again, nothing of it is taken',
    zh: '账单写明{what}为 {stated}，而明细合计为 {read}，未采用任何内容，请重新下载',
  },
  sumOverflow: {
    code: 'DZ_AMOUNT_OVERFLOW',
    en: "the bill's rows add up to {total} fen, which does not fit Int64",
    zh: '账单明细合计为 {total} 分，超过 Int64 上限',
  },
  noGoodRow: {
    code: 'DZ_BILL_NO_GOOD_ROW',
    en: 'none of the first {rows} rows could be read, the first for this reason: line {line}, {reason}',
    zh: '前 {rows} 行全部无法读取，首个原因：第 {line} 行，{reasonZh}',
  },
  errorAnswer: {
    code: 'DZ_BILL_ERROR_ANSWER',
    en: 'the file is an error answer of the channel, no bill: {answer}',
    zh: '该文件是渠道返回的错误信息，不是账单：{answer}',
  },
  damagedGzip: {
    code: 'DZ_BILL_DAMAGED',
    en: 'the gzip file is damaged or cut off{why}; fetch the bill again',
    zh: 'gzip 文件损坏或不完整{why}，请重新下载账单',
  },
  damagedZip: {
    code: 'DZ_BILL_DAMAGED',
    en: 'the zip archive is damaged or cut off{why}; fetch the bill again',
    zh: 'zip 压缩包损坏或不完整{why}，请重新下载账单',
  },
  damagedZipEntry: {
    code: 'DZ_BILL_DAMAGED',
    en: 'the file {name} in the zip archive is damaged{why}; fetch the bill again',
    zh: 'zip 压缩包中的文件 {name} 已损坏{why}，请重新下载账单',
  },
  bombBytes: {
    code: 'DZ_BILL_BOMB',
    en: 'the bill unpacks to more than {maxBytes} bytes; split it',
    zh: '账单解压后超过 {maxBytes} 字节，请拆分',
  },
  bombRatio: {
    code: 'DZ_BILL_BOMB',
    en: 'the bill unpacks to more than {maxRatio} times its size; it is no bill',
    zh: '账单解压后超过原大小的 {maxRatio} 倍，不是正常账单',
  },
  archiveTooLarge: {
    code: 'DZ_BILL_BOMB',
    en: 'the archive is larger than {maxBytes} bytes; split it',
    zh: '压缩包超过 {maxBytes} 字节，请拆分',
  },
  tooManyEntries: {
    code: 'DZ_BILL_BOMB',
    en: 'the archive holds {entries} files, more than {maxEntries}; it is no bill',
    zh: '压缩包内有 {entries} 个文件，超过 {maxEntries} 个，不是正常账单',
  },
  unsafePath: {
    code: 'DZ_BILL_UNSAFE_ARCHIVE',
    en: 'the archive is refused, one of its files would leave its folder: {name}',
    zh: '压缩包被拒绝，其中有文件路径会跳出所在目录：{name}',
  },
  encrypted: {
    code: 'DZ_BILL_ENCRYPTED',
    en: 'the archive is encrypted ({name}); unpack it first',
    zh: '压缩包已加密（{name}），请先解压',
  },
} as const satisfies Record<string, Sentence<DuizhangErrorCode>>;

type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
export type RowMessage = keyof typeof ROW_MESSAGES;
export type FileMessage = keyof typeof FILE_MESSAGES;
/** What a sentence needs to be filled. */
export type Filling<S extends Words> = Readonly<Record<Names<S['en']> | Names<S['zh']>, Said>>;

/** The refusal of a file, in both languages. */
export function refusal<K extends FileMessage>(
  message: K,
  filling: Filling<(typeof FILE_MESSAGES)[K]>,
  cause?: unknown,
): DuizhangError {
  const { code } = FILE_MESSAGES[message];
  const values: Readonly<Record<string, Said>> = filling;
  const { en, zh } = filled(FILE_MESSAGES[message], values);
  const details = Object.fromEntries(Object.entries(values).map(([name, said]) => [name, sayIn('en', said)]));
  return new DuizhangError(code, en, { cause, details, messageZh: zh });
}

export function filled(sentence: Words, values: Readonly<Record<string, Said>>): Words {
  return { en: fill('en', sentence, values), zh: fill('zh', sentence, values) };
}

function fill(language: keyof Words, sentence: Words, values: Readonly<Record<string, Said>>): string {
  return sentence[language].replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String(sayIn(language, values[name] ?? '')),
  );
}

export function sayIn(language: keyof Words, said: Said): string | number {
  return typeof said === 'object' ? said[language] : said;
}
