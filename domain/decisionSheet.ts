import { DuizhangError } from './errors.ts';
import { EXPORT_COLUMNS } from './exports.ts';
import { METHOD_LABELS } from './labels.ts';

// What finance writes into the exported list of exceptions, and what its words mean.

/** `REFUND` and `SELF_REFUND` are known so that they can be refused: they need a verification code. */
const ACTION_WORDS = {
  平账: 'WRITE_OFF',
  补差: 'SUPPLEMENT',
  外部退款: 'EXTERNAL_REFUND',
  指派: 'ASSIGN',
  退款: 'REFUND',
  订单自助退款: 'SELF_REFUND',
  自助退款: 'SELF_REFUND',
} as const;
export type SheetAction = (typeof ACTION_WORDS)[keyof typeof ACTION_WORDS];
/** Those that a file may ask for. */
export type FileAction = Exclude<SheetAction, 'REFUND' | 'SELF_REFUND'>;
const FILE_ACTIONS: readonly FileAction[] = ['WRITE_OFF', 'SUPPLEMENT', 'EXTERNAL_REFUND', 'ASSIGN'];

export const SHEET_ACTION_LABELS: Readonly<Record<SheetAction, string>> = {
  WRITE_OFF: '平账',
  SUPPLEMENT: '补差',
  EXTERNAL_REFUND: '外部退款',
  ASSIGN: '指派',
  REFUND: '退款',
  SELF_REFUND: '订单自助退款',
};

type FillIn = { readonly label: string; readonly choices?: readonly string[] };

/** The columns that are empty in the export, in their order. */
export const FILL_IN_COLUMNS = {
  action: { label: '处理', choices: FILE_ACTIONS.map((action) => SHEET_ACTION_LABELS[action]) },
  note: { label: '备注' },
  method: { label: '补差方式', choices: Object.values(METHOD_LABELS) },
  channelRefundNo: { label: '渠道退款单号' },
  confirmCrossDay: { label: '确认隔日账', choices: ['是', '否'] },
  confirmNotCrossDay: { label: '确认非隔日账', choices: ['是', '否'] },
  assignee: { label: '指派给' },
} as const satisfies Record<string, FillIn>;

/** By which columns of the export a row names its case. */
const KEY_COLUMNS = ['merchantId', 'orderNo', 'id'] as const;

export type DecisionField = (typeof KEY_COLUMNS)[number] | keyof typeof FILL_IN_COLUMNS;

/** The columns that a file of decisions has to have. */
export const DECISION_LABELS: ReadonlyMap<DecisionField, string> = new Map<DecisionField, string>([
  ...KEY_COLUMNS.map((key) => [key, exportLabel(key)] as const),
  ...fillInLabels(),
]);

/** A row in which something is decided, as it stands in the file. */
export type DecisionRow = {
  readonly sheet: string;
  /** As the spreadsheet counts it, from 1. */
  readonly line: number;
  /** Without spaces around; '' where the cell is empty. */
  readonly cells: Readonly<Record<DecisionField, string>>;
  /** Label of a column whose cell holds no value: a formula's fault, or one that was never calculated. */
  readonly faultyColumn: string | null;
};

export type DecisionFile = {
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly rows: readonly DecisionRow[];
  /** Rows in which nothing is decided. */
  readonly leftEmpty: number;
};

export type Decision = {
  readonly action: FileAction;
  readonly note: string;
  readonly method: string | null;
  readonly channelRefundNo: string | null;
  readonly confirmCrossDay: boolean;
  readonly confirmNotCrossDay: boolean;
  readonly assignee: string | null;
};

/** What a cell of 处理 asks for; null: it is no word of ours. */
export function sheetActionOf(word: string): SheetAction | null {
  const known = new Map<string, SheetAction>(Object.entries(ACTION_WORDS));
  const code = word.toUpperCase();
  return known.get(word) ?? [...known.values()].find((action) => action === code) ?? null;
}

/** @throws DZ_DECISION_… when the row does not say clearly what is decided */
export function decisionOf({ cells, faultyColumn }: DecisionRow): Decision {
  if (faultyColumn !== null) {
    throw refused(
      'DZ_DECISION_CELL',
      `the cell of ${faultyColumn} is a formula without a result; write the value itself`,
      `“${faultyColumn}”单元格为公式且没有结果，请直接填写内容`,
    );
  }
  const action = FILE_ACTIONS.find((candidate) => candidate === sheetActionOf(cells.action));
  if (action === undefined) throw noFileAction(cells.action);
  if (action === 'ASSIGN' && cells.assignee === '') {
    throw refused('DZ_DECISION_ASSIGNEE', 'say in 指派给 who takes it', '请填写“指派给”');
  }
  return {
    action,
    note: cells.note,
    method: cells.method === '' ? null : methodOf(cells.method),
    channelRefundNo: cells.channelRefundNo === '' ? null : wholeNumber(cells.channelRefundNo),
    confirmCrossDay: yesOrNo('confirmCrossDay', cells.confirmCrossDay),
    confirmNotCrossDay: yesOrNo('confirmNotCrossDay', cells.confirmNotCrossDay),
    assignee: cells.assignee === '' ? null : cells.assignee,
  };
}

function noFileAction(word: string): DuizhangError {
  if (sheetActionOf(word) !== null) {
    return refused(
      'DZ_DECISION_NEEDS_CODE',
      'a refund needs a verification code and is not taken from a file; refund it by itself',
      '退款需要验证码，不能从文件导入，请逐笔办理',
    );
  }
  const known = FILE_ACTIONS.map((action) => `${SHEET_ACTION_LABELS[action]} ${action}`).join(', ');
  return refused(
    'DZ_DECISION_ACTION',
    `处理 is "${word}"; expected one of ${known}`,
    `“处理”为“${word}”，应为${FILE_ACTIONS.map((action) => SHEET_ACTION_LABELS[action]).join('、')}之一`,
  );
}

/** A method that has no label of ours is named as the configuration names it. */
function methodOf(word: string): string {
  return Object.entries(METHOD_LABELS).find(([, label]) => label === word)?.[0] ?? word.toUpperCase();
}

/** A spreadsheet keeps 15 digits of a number, and writes longer ones so that no number of a channel looks like it. */
function wholeNumber(text: string): string {
  if (!/^\d(\.\d+)?e\+\d+$/i.test(text)) return text;
  throw refused(
    'DZ_DECISION_NUMBER_CUT',
    `渠道退款单号 is "${text}": the spreadsheet has cut the number; format the cell as text and write it again`,
    `“渠道退款单号”为“${text}”：数字已被电子表格软件截断，请将单元格设为文本格式后重新填写`,
  );
}

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ['', false],
  ['是', true],
  ['Y', true],
  ['YES', true],
  ['否', false],
  ['N', false],
  ['NO', false],
]);

function yesOrNo(field: 'confirmCrossDay' | 'confirmNotCrossDay', word: string): boolean {
  const said = YES_OR_NO.get(word.toUpperCase());
  if (said !== undefined) return said;
  const { label } = FILL_IN_COLUMNS[field];
  throw refused(
    'DZ_DECISION_YES_NO',
    `${label} is "${word}"; expected 是 or 否`,
    `“${label}”为“${word}”，应为是或否`,
  );
}

function refused(code: `DZ_DECISION_${Uppercase<string>}`, en: string, zh: string): DuizhangError {
  return new DuizhangError(code, en, { messageZh: zh });
}

function exportLabel(key: string): string {
  const column = EXPORT_COLUMNS.exceptions.find((candidate) => candidate.key === key);
  if (!column) throw new Error(`the export of exceptions has no column ${key}`);
  return column.label;
}

function fillInLabels(): readonly (readonly [keyof typeof FILL_IN_COLUMNS, string])[] {
  return Object.entries(FILL_IN_COLUMNS).map(
    ([field, { label }]) => [field as keyof typeof FILL_IN_COLUMNS, label] as const,
  );
}
