import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { BOOK_LABELS } from '../../domain/labels.ts';
import { named } from './codes.ts';
import { OF_CHANNEL, OF_HOSPITAL } from './conditions.ts';
import { channels, dashboard, hospitals } from './frame.ts';
import { bars, NONE_IS_GOOD, promSeries, promStat, series, table } from './panels.ts';

export function pipeline(): Dashboard {
  return dashboard({
    uid: 'duizhang-pipeline',
    title: '管道健康',
    description: '事件有没有跟上、判定写得多快、接口答得多快；哪一路数据迟到，哪些记录读不懂。',
    from: 'now-6h',
    variables: [hospitals(), channels()],
    sections: [
      { title: '现在', panels: now() },
      { title: '事件流', panels: stream() },
      { title: '数据质量', panels: quality() },
      { title: '接口与进程', panels: processes() },
    ],
  });
}

const quantiles = (metric: string, by?: string) =>
  ([0.5, 0.95, 0.99] as const).map((q) => ({
    expr: `histogram_quantile(${q}, sum by (le${by === undefined ? '' : `, ${by}`}) (rate(${metric}_bucket[$__rate_interval])))`,
    legend: `${by === undefined ? '' : `{{${by}}} `}p${q * 100}`,
  }));

const now = () => [
  promStat(
    {
      title: '事件速率',
      description: '每秒读入并参与配对的事件数（含重复与重放）。白天为零说明上游没有上报或管道停了。',
      unit: 'ops',
      width: 4,
    },
    'sum(rate(duizhang_events_total[$__rate_interval]))',
  ),
  promStat(
    {
      title: '未读记录',
      description: '日志里还没读的记录总数。持续增长说明管道跟不上。',
      unit: 'short',
      width: 4,
      colors: [
        [null, 'green'],
        [1_000, 'orange'],
        [10_000, 'red'],
      ],
    },
    'sum(duizhang_log_lag_records)',
  ),
  promStat(
    {
      title: '水位线延迟',
      description: '最慢的分区的事件时间比时钟晚多少：单边要等水位线过了窗口才会判定。',
      unit: 's',
      width: 4,
      colors: [
        [null, 'green'],
        [60, 'orange'],
        [300, 'red'],
      ],
    },
    'max(duizhang_watermark_delay_seconds)',
  ),
  promStat(
    {
      title: '窗口内未配对订单',
      description: '实时窗口里还没有配上的订单数。突然升高说明一路数据断了。',
      unit: 'short',
      width: 4,
    },
    'sum(duizhang_open_orders)',
  ),
  promStat(
    {
      title: '死信（范围内）',
      description: '时间范围内读不懂或医院未知的记录数，明细见下表；修好后可用 dead-letters replay 重放。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    'sum(increase(duizhang_dead_letters_total[$__range]))',
  ),
  promStat(
    {
      title: '账库中断（范围内）',
      description: '时间范围内 ClickHouse 没有应答、读取因此停下的次数。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    'sum(increase(duizhang_ledger_away_total[$__range]))',
  ),
];

const stream = () => [
  promSeries(
    { title: '事件速率（按主题）', description: '每秒读入的事件数，按主题。', unit: 'ops', width: 8 },
    [
      {
        expr: 'sum by (topic) (rate(duizhang_events_total[$__rate_interval]))',
        legend: '{{topic}}',
      },
    ],
  ),
  promSeries(
    {
      title: '未读记录（按分区）',
      description: '每个分区还没读的记录数。只有一个分区涨：看它的上游；全部一起涨：看管道或账库。',
      unit: 'short',
      width: 8,
    },
    [{ expr: 'max by (partition) (duizhang_log_lag_records)', legend: '{{partition}}' }],
  ),
  promSeries(
    {
      title: '水位线延迟（按分区）',
      description: '每个分区的事件时间比时钟晚多少。',
      unit: 's',
      width: 8,
    },
    [{ expr: 'max by (partition) (duizhang_watermark_delay_seconds)', legend: '{{partition}}' }],
  ),
  promSeries(
    {
      title: '配对批次耗时',
      description: '从读到一段日志到它的最后一个槽位写完：p50、p95、p99。',
      unit: 's',
      width: 8,
    },
    quantiles('duizhang_join_batch_seconds'),
  ),
  promSeries(
    {
      title: '实时判定速率',
      description: '每秒写入的实时判定，按判定类型；同一笔改判会再计一次。',
      unit: 'ops',
      width: 8,
    },
    [
      {
        expr: 'sum by (code) (rate(duizhang_realtime_verdicts_total[$__rate_interval]))',
        legend: '{{code}}',
      },
    ],
  ),
  promSeries(
    {
      title: '窗口内未配对订单',
      description: '实时窗口里还没有配上的订单数。',
      unit: 'short',
      width: 8,
    },
    [{ expr: 'sum(duizhang_open_orders)', legend: '未配对' }],
  ),
  promSeries(
    {
      title: '到达延迟（按主题）',
      description:
        '从交易发生到事件被读到：每路 p50、p95、p99（抽样）。超过等待窗口的那一路会先判单边、再自行对平；追赶积压时即积压的年龄。',
      unit: 's',
      width: 8,
    },
    quantiles('duizhang_feed_lateness_seconds', 'topic'),
  ),
  promSeries(
    {
      title: '账库写入耗时',
      description: '从发出一批行到账库落盘（含重试）：按表的 p50、p95、p99。超过一秒看账库的磁盘与并发查询。',
      unit: 's',
      width: 8,
    },
    quantiles('duizhang_ledger_insert_seconds', 'table'),
  ),
  promSeries(
    {
      title: '发件箱',
      description: '窗口里已变化、账库还没有的批次。持续不降说明账库慢或不在；写满后读取会停下等待，不会丢。',
      unit: 'short',
      width: 8,
    },
    [{ expr: 'sum(duizhang_outbox_entries)', legend: '未落账' }],
  ),
  promSeries(
    {
      title: '每个未配对订单的内存',
      description:
        '窗口 Redis 的内存除以未配对订单数；已配对订单的摘要也在内，订单少时偏大。只升不降：有日期一直没有日结。',
      unit: 'bytes',
      width: 8,
    },
    [
      {
        expr: 'max(duizhang_window_redis_bytes) / clamp_min(max(duizhang_open_orders), 1)',
        legend: '每单',
      },
      { expr: 'max(duizhang_window_redis_bytes)', legend: '合计' },
    ],
  ),
  promSeries(
    {
      title: '超窗单边（按医院）',
      description: '过了等待窗口仍缺一方账、日期未日结的订单数。未开 merchantLabels 时为合计一条线。',
      unit: 'short',
      width: 8,
    },
    [{ expr: 'topk(20, max by (merchant) (duizhang_open_one_sided))', legend: '{{merchant}}' }],
  ),
  promSeries(
    {
      title: '最久没有事件的医院',
      description:
        '离最新一个事件多久了，按医院与主题，最久的十路；要打开 merchantLabels 才有。夜间偏大是正常的。',
      unit: 's',
      width: 8,
    },
    [
      {
        expr: 'topk(10, time() - max by (topic, merchant) (duizhang_feed_newest_event_timestamp_seconds))',
        legend: '{{merchant}} {{topic}}',
      },
    ],
  ),
  promSeries(
    {
      title: '进行中的告警',
      description:
        '还没有结束的告警数；每条是一个事件，不是一笔订单。内容见总览的标注与 GET /api/v1/alerts。',
      unit: 'short',
      width: 12,
    },
    [{ expr: 'sum(duizhang_alerts_open)', legend: '进行中' }],
  ),
  promSeries(
    {
      title: '告警变化',
      description: '每个时间段内新开、更新和结束的告警，按种类。同一种反复开合：看那一路数据或它的阈值。',
      unit: 'short',
      width: 12,
    },
    [
      {
        expr: 'sum by (kind) (increase(duizhang_alert_changes_total[$__rate_interval]))',
        legend: '{{kind}}',
      },
    ],
  ),
];

const FEED = `${named('book', BOOK_LABELS)} AS series`;
/** Received minus occurred. A record that is delivered again counts by its last delivery. */
const LATENESS = `dateDiff('millisecond', occurred_at, ingested_at) / 1000`;
const EVENTS = `v_entries WHERE source = 'EVENT' AND ${OF_HOSPITAL} AND ${OF_CHANNEL} AND $__timeFilter(occurred_at)`;

const quality = () => [
  series(
    {
      title: '到达延迟（按来源）',
      description:
        '事件写入账库的时间减去交易发生的时间，按来源的 95 分位。超过等待窗口的那一路会先判单边、再自行对平；回放历史数据时此值无意义。',
      unit: 's',
      width: 8,
    },
    `SELECT $__timeInterval(occurred_at) AS time, ${FEED}, quantile(0.95)(${LATENESS}) AS seconds
    FROM ${EVENTS}
    GROUP BY time, series ORDER BY time, series`,
  ),
  table(
    {
      title: '到达延迟分位',
      description: '同上，每个来源的 p50、p95、p99 与日结后才到的事件数。',
      unit: 'short',
      width: 8,
    },
    `SELECT toString(book) AS "来源", count() AS "事件", quantile(0.5)(${LATENESS}) AS "p50", quantile(0.95)(${LATENESS}) AS "p95",
      quantile(0.99)(${LATENESS}) AS "p99", sum(late) AS "日结后到达"
    FROM ${EVENTS}
    GROUP BY book ORDER BY book`,
    {
      来源: { codes: 'book' },
      事件: { unit: 'short' },
      p50: { unit: 's' },
      p95: { unit: 's' },
      p99: { unit: 's' },
      日结后到达: { unit: 'short' },
    },
  ),
  promSeries(
    {
      title: '死信与迟到',
      description: '每秒的死信（读不懂的记录，按主题）与日结后才到的事件。两者平时都应为零。',
      unit: 'ops',
      width: 8,
    },
    [
      {
        expr: 'sum by (topic) (rate(duizhang_dead_letters_total[$__rate_interval]))',
        legend: '死信 {{topic}}',
      },
      { expr: 'sum(rate(duizhang_late_events_total[$__rate_interval]))', legend: '日结后到达' },
    ],
  ),
  bars(
    {
      title: '死信（按原因）',
      description: '时间范围内收到、尚未重放的死信数，按错误码。',
      unit: 'short',
      width: 8,
    },
    `SELECT toString(code) AS "错误码", count() AS "记录"
    FROM v_dead_letters
    WHERE $__timeFilter(received_at) AND isNull(replayed_at)
    GROUP BY "错误码" ORDER BY "记录" DESC, "错误码"`,
  ),
  promSeries(
    {
      title: '取账单',
      description: '每秒向账单来源的请求，按来源与结果状态。',
      unit: 'ops',
      width: 8,
    },
    [
      {
        expr: 'sum by (source, status) (rate(duizhang_bill_fetches_total[$__rate_interval]))',
        legend: '{{source}} {{status}}',
      },
    ],
  ),
  promSeries(
    {
      title: '案件与退款追踪',
      description:
        '每秒随判定写入的案件行；追问到最终结果的退款；账库、对外主题（outputs）、格式注册中心（registry）没有应答的次数。',
      unit: 'ops',
      width: 8,
    },
    [
      { expr: 'sum(rate(duizhang_case_rows_total[$__rate_interval]))', legend: '案件行' },
      { expr: 'sum(rate(duizhang_refunds_recovered_total[$__rate_interval]))', legend: '追回结果的退款' },
      { expr: 'sum(rate(duizhang_ledger_away_total[$__rate_interval]))', legend: '账库中断' },
      {
        expr: 'sum by (server) (rate(duizhang_beside_log_away_total[$__rate_interval]))',
        legend: '{{server}} 中断',
      },
    ],
  ),
  promSeries(
    {
      title: '自动处理的决定',
      description:
        '每小时新作出的自动处理决定，按决定与原因：REFUND 已发起退款，WOULD_REFUND 试运行中本会退款，WAIT 等待，LEAVE 交由人工。',
      unit: 'short',
      width: 24,
    },
    [
      {
        expr: 'sum by (decision, reason) (increase(duizhang_healing_decisions_total[1h]))',
        legend: '{{decision}} {{reason}}',
      },
    ],
  ),
];

const processes = () => [
  promSeries(
    {
      title: '接口请求速率',
      description: '每秒请求数，按路由与状态码。',
      unit: 'reqps',
      width: 12,
    },
    [
      {
        expr: 'sum by (route, status) (rate(duizhang_http_request_seconds_count[$__rate_interval]))',
        legend: '{{route}} {{status}}',
      },
    ],
  ),
  promSeries(
    {
      title: '接口耗时',
      description: '从收到请求到发出应答：p50、p95、p99。',
      unit: 's',
      width: 12,
    },
    quantiles('duizhang_http_request_seconds'),
  ),
  promSeries(
    {
      title: '重启',
      description: '时间段内各进程重新启动的次数。没有部署却在重启：看它的日志最后说了什么。',
      unit: 'short',
      width: 8,
      colors: NONE_IS_GOOD,
    },
    ['pipeline', 'api'].map((name) => ({
      expr: `sum by (instance) (changes(duizhang_${name}_process_start_time_seconds[15m]))`,
      legend: `${name} {{instance}}`,
    })),
  ),
  promSeries(
    { title: '进程 CPU', description: '各进程每秒用掉的 CPU 秒数；1 即占满一核。', unit: 'short', width: 8 },
    ['pipeline', 'api'].map((name) => ({
      expr: `sum by (instance) (rate(duizhang_${name}_process_cpu_seconds_total[$__rate_interval]))`,
      legend: `${name} {{instance}}`,
    })),
  ),
  promSeries(
    {
      title: '内存',
      description: '各进程常驻内存。缓慢而不回落的增长是泄漏的迹象。',
      unit: 'bytes',
      width: 8,
    },
    ['pipeline', 'api'].map((name) => ({
      expr: `max by (instance) (duizhang_${name}_process_resident_memory_bytes)`,
      legend: `${name} {{instance}}`,
    })),
  ),
  promSeries(
    {
      title: '事件循环延迟 p99',
      description: '进程多久没能处理下一件事：超过一秒时接口与读取都会停顿。',
      unit: 's',
      width: 8,
    },
    ['pipeline', 'api'].map((name) => ({
      expr: `max by (instance) (duizhang_${name}_nodejs_eventloop_lag_p99_seconds)`,
      legend: `${name} {{instance}}`,
    })),
  ),
];
