import { localOfInstant } from '../../domain/businessDate.ts';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import {
  BOOK_LABELS,
  CHANNEL_LABELS,
  KIND_LABELS,
  MODE_LABELS,
  OUTCOME_LABELS,
  VERDICT_LABELS,
} from '../../domain/labels.ts';
import type { ChannelRoll, Tally } from '../../domain/rollForward.ts';
import type { BookLine, Statement, VerdictSum } from '../../domain/statement.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';
import type { Cell, Row, Sheet } from '../files/sheet.ts';
import { NONE, count, id, money, text } from '../files/sheet.ts';

export function titleOf({ span }: Statement): string {
  return span.kind === 'DAY' ? '对账日报' : '对账月报';
}

export function periodOf({ span, from, to }: Statement): string {
  return span.kind === 'DAY' ? span.date : `${span.month}(${from} 至 ${to})`;
}

/** The tables of a statement, for a workbook and for a page alike. */
export function sectionsOf(statement: Statement): readonly Sheet[] {
  return [
    factSheet(statement),
    bookSheet(statement),
    verdictSheet(statement),
    rollSheet(statement),
    ...(statement.span.kind === 'MONTH' ? [daySheet(statement)] : []),
    openSheet(statement),
  ];
}

function factSheet(statement: Statement): Sheet {
  const { merchantId, merchantName, runs, openDates, lock, madeAtMs, span } = statement;
  const [run] = runs;
  const withOutcome = (outcome: string) => runs.filter((each) => each.outcome === outcome).length;
  const rows: readonly (readonly [string, string])[] = [
    ['报表', titleOf(statement)],
    ['商户', merchantName],
    ['商户号', merchantId],
    ['期间', periodOf(statement)],
    ['对账模式', [...new Set(runs.map(({ mode }) => MODE_LABELS[mode]))].join('、')],
    ...(span.kind === 'DAY' && run
      ? ([
          ['对账结果', OUTCOME_LABELS[run.outcome]],
          ['对账批次', run.runId],
          ['Merkle 根', run.merkleRoot],
        ] as const)
      : ([
          ['已日结', `${runs.length} 天`],
          ['其中', `正常 ${withOutcome('BALANCED')} 天，异常 ${withOutcome('UNBALANCED')} 天`],
        ] as const)),
    ['未日结', openDates.length === 0 ? '无' : openDates.join('、')],
    ['月份锁定', lock ? `${lock.lockedBy} ${localOfInstant(lock.lockedAtMs)}` : '未锁定'],
    ['制表时间', localOfInstant(madeAtMs)],
  ];
  return {
    name: '概要',
    header: ['项目', '内容'],
    widths: [14, 70],
    rows: rows.map(([name, value]) => [text(name), text(value)]),
  };
}

function bookSheet({ books }: Statement): Sheet {
  return {
    name: '账簿汇总',
    header: ['账簿', '渠道', '支付笔数', '支付金额（元）', '退款笔数', '退款金额（元）', '净额（元）'],
    widths: [12, 12, 12, 18, 12, 18, 18],
    rows: books.map((line) => [
      text(BOOK_LABELS[line.book]),
      text(channelOfLine(line.channel)),
      count(line.payments),
      money(line.paymentFen),
      count(line.refunds),
      money(line.refundFen),
      money(line.paymentFen - line.refundFen),
    ]),
  };
}

function channelOfLine(channel: BookLine['channel']): string {
  if (channel === 'TOTAL') return '合计';
  return channel === 'OTHER' ? '其他' : channelName(channel);
}

function channelName(channel: Channel | null): string {
  return channel === null ? '未注明' : CHANNEL_LABELS[channel];
}

function verdictSheet({ verdicts }: Statement): Sheet {
  const place = ({ code, channel }: VerdictSum): number =>
    VERDICT_CODES.indexOf(code) * 10 + (channel === null ? CHANNELS.length : CHANNELS.indexOf(channel));
  return {
    name: '对账结果',
    header: ['结果', '代码', '渠道', '收支', '笔数', '商户金额（元）', '芸泰金额（元）', '渠道金额（元）'],
    widths: [14, 20, 10, 8, 10, 18, 18, 18],
    rows: verdicts
      .toSorted((a, b) => place(a) - place(b))
      .map(({ code, channel, kind, keys, fen }) => [
        text(VERDICT_LABELS[code]),
        text(code),
        text(channelName(channel)),
        text(KIND_LABELS[kind]),
        count(keys),
        money(fen.MERCHANT),
        money(fen.PLATFORM),
        money(fen.CHANNEL),
      ]),
  };
}

const ROLL_HEADER = ['期初', '新增', '解决', '期末'].flatMap((name) => [`${name}笔数`, `${name}金额（元）`]);
const ROLL_WIDTHS = ROLL_HEADER.map((_, at) => (at % 2 === 0 ? 10 : 16));

function rollSheet({ roll }: Statement): Sheet {
  const sum = (of: (line: ChannelRoll) => Tally): Tally =>
    roll.byChannel.reduce(
      (total, line) => ({ count: total.count + of(line).count, fen: total.fen + of(line).fen }),
      { count: 0, fen: 0n },
    );
  const total = {
    start: sum((line) => line.start),
    opened: sum((line) => line.opened),
    resolved: sum((line) => line.resolved),
    end: sum((line) => line.end),
  };
  return {
    name: '差错结转',
    header: ['渠道', ...ROLL_HEADER],
    widths: [12, ...ROLL_WIDTHS],
    rows: [
      ...roll.byChannel.map((line): Row => [text(channelName(line.channel)), ...rollCells(line)]),
      [text('合计'), ...rollCells(total)],
    ],
  };
}

function rollCells({ start, opened, resolved, end }: Omit<ChannelRoll, 'channel'>): Cell[] {
  return [start, opened, resolved, end].flatMap((tally) => [count(tally.count), money(tally.fen)]);
}

function daySheet({ runs, roll }: Statement): Sheet {
  const outcomes = new Map(runs.map((run) => [run.businessDate, OUTCOME_LABELS[run.outcome]]));
  return {
    name: '每日结转',
    header: ['日期', '结果', ...ROLL_HEADER],
    widths: [12, 8, ...ROLL_WIDTHS],
    rows: roll.byDate.map((day) => [text(day.date), text(outcomes.get(day.date) ?? '—'), ...rollCells(day)]),
  };
}

function openSheet({ roll }: Statement): Sheet {
  return {
    name: '未处理差错',
    header: ['业务日期', '异常类型', '代码', '收支', '渠道', '芸泰流水号', '退款单号', '涉及金额（元）'],
    widths: [12, 12, 18, 8, 10, 28, 28, 16],
    rows: roll.open.map((word) => [
      text(word.businessDate),
      text(VERDICT_LABELS[word.code]),
      text(word.code),
      text(KIND_LABELS[word.kind]),
      text(channelName(word.channel)),
      id(word.orderNo),
      word.refundNo === null ? NONE : id(word.refundNo),
      money(word.fen),
    ]),
  };
}
