import { yuanText } from '../../domain/alertText.ts';
import type { DecisionFile } from '../../domain/decisionSheet.ts';
import { SHEET_ACTION_LABELS, sheetActionOf } from '../../domain/decisionSheet.ts';
import type { DuizhangError } from '../../domain/errors.ts';
import type { ActionResult } from '../../resolution/actionResult.ts';
import type { Foreseen } from '../../resolution/foresee.ts';
import type { RowOutcome, RowResult } from '../../resolution/importDecisions.ts';
import { refusalOf } from '../tellRefusal.ts';

type How = { readonly isDryRun: boolean };
/** Whether it is done, waits, would be, or is refused. */
type RowState =
  | ActionResult['state']
  | Exclude<Foreseen['state'], 'ANSWERED'>
  | Exclude<RowOutcome['state'], 'ACTED' | 'FORESEEN'>;

const STATE_LABELS: Readonly<Record<RowState, string>> = {
  DONE: '已完成',
  PROCESSING: '处理中',
  AWAITS_APPROVAL: '待审批',
  FAILED: '失败',
  REFUSED: '拒绝',
  REJECTED: '已驳回',
  ASSIGNED: '已指派',
  WOULD_BE_DONE: '可执行',
  WOULD_AWAIT_APPROVAL: '将待审批',
  WOULD_BE_ASSIGNED: '可指派',
};

/** A table for the hospital's people, in their language. */
export function decisionsText(
  { leftEmpty }: DecisionFile,
  results: readonly RowResult[],
  { isDryRun }: How,
): string {
  const sheets = new Set(results.map(({ row }) => row.sheet));
  const table = results.map(({ row, outcome }) => [
    sheets.size > 1 ? `${row.sheet} ${row.line}` : String(row.line),
    row.cells.orderNo,
    actionLabel(row.cells.action),
    STATE_LABELS[stateOf(outcome)],
    outcome.state === 'REFUSED' ? reasonOf(outcome.error) : '',
  ]);
  const lines = [['行', '芸泰流水号', '处理', '结果', '原因'], ...table];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...lines.map((cells) => widthOf(cells[at] ?? ''))));
  const text = lines.map((cells) =>
    cells
      .map((cell, at) => padded(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const refused = results.filter(({ outcome }) => outcome.state === 'REFUSED').length;
  const counts = `填写 ${results.length} 行：${isDryRun ? '可行' : '成功'} ${results.length - refused} 行，拒绝 ${refused} 行；未填写 ${leftEmpty} 行`;
  const sums = supplementSums(results).map((line) => `${line}\n`);
  return `${text.join('\n')}\n${counts}${isDryRun ? '（试运行，未写入任何内容）' : ''}\n${sums.join('')}`;
}

/** 补差 of each hospital and of all: what the file makes up, and what stays open since its rows are refused. */
function supplementSums(results: readonly RowResult[]): readonly string[] {
  const rows = results.filter(({ action }) => action === 'SUPPLEMENT');
  // An exception that stands in two rows is made up once.
  const own = [...new Map(rows.map((result) => [result.row.cells.id, result])).values()];
  const hospitals = [...Map.groupBy(own, ({ row }) => row.cells.merchantId)];
  const lines = hospitals.map(([merchantId, some]) => supplementLine(`补差 ${merchantId}`, some));
  return hospitals.length > 1 ? [...lines, supplementLine('补差合计', own)] : lines;
}

function supplementLine(about: string, rows: readonly RowResult[]): string {
  const [left = [], made = []] = [true, false].map((isRefused) =>
    rows.filter(({ outcome }) => (outcome.state === 'REFUSED') === isRefused),
  );
  return `${about}：${made.length} 笔，${yuanText(sumOf(made))}；仍差 ${left.length} 笔，${yuanText(sumOf(left))}`;
}

function sumOf(rows: readonly RowResult[]): bigint {
  return rows.reduce((sum, { stakeFen }) => sum + (stakeFen ?? 0n), 0n);
}

export function decisionsJson(
  { sha256, leftEmpty }: DecisionFile,
  results: readonly RowResult[],
  { isDryRun }: How,
) {
  return {
    sha256,
    isDryRun,
    leftEmpty,
    rows: results.map(({ row, outcome }) => ({
      sheet: row.sheet,
      row: row.line,
      caseId: row.cells.id,
      merchantId: row.cells.merchantId,
      orderNo: row.cells.orderNo,
      action: sheetActionOf(row.cells.action),
      state: stateOf(outcome),
      ...moreOf(outcome),
    })),
  };
}

function stateOf(outcome: RowOutcome): RowState {
  switch (outcome.state) {
    case 'ACTED':
      return outcome.result.state;
    case 'FORESEEN':
      return outcome.foreseen.state === 'ANSWERED' ? outcome.foreseen.result.state : outcome.foreseen.state;
    case 'ASSIGNED':
    case 'WOULD_BE_ASSIGNED':
    case 'REFUSED':
      return outcome.state;
  }
}

function moreOf(outcome: RowOutcome) {
  switch (outcome.state) {
    case 'ACTED':
      return answerOf(outcome.result);
    case 'FORESEEN':
      return outcome.foreseen.state === 'ANSWERED'
        ? answerOf(outcome.foreseen.result)
        : { amountFen: outcome.foreseen.amountFen?.toString() ?? null };
    case 'ASSIGNED':
    case 'WOULD_BE_ASSIGNED':
      return { assignee: outcome.assignee };
    case 'REFUSED':
      return { error: refusalOf(outcome.error) };
  }
}

function answerOf({ actionId, amountFen, caseStatus }: ActionResult) {
  return { actionId, amountFen: amountFen?.toString() ?? null, caseStatus };
}

function actionLabel(word: string): string {
  const action = sheetActionOf(word);
  return action === null ? word : SHEET_ACTION_LABELS[action];
}

function reasonOf({ code, message, messageZh }: DuizhangError): string {
  return `${messageZh ?? message} (${code})`;
}

/** In columns of a terminal: a Chinese character takes two. */
function widthOf(text: string): number {
  return Array.from(text).reduce((width, char) => width + (char >= '\u2e80' ? 2 : 1), 0);
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
