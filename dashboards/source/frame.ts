import {
  AnnotationQueryBuilder,
  CustomVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { CHANNEL_LABELS, MODE_LABELS, OUTCOME_LABELS } from '../../domain/labels.ts';
import { ALERT_KIND_LABELS } from '../../domain/labels.ts';
import { named } from './codes.ts';
import { OF_HOSPITAL } from './conditions.ts';
import type { PanelOf } from './panels.ts';
import { CLICKHOUSE, sql } from './queries.ts';

// What every dashboard has around its panels: variables, annotations, links to the others.

export type Section = { readonly title: string; readonly panels: readonly PanelOf[] };

export type Content = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** How far back it opens, e.g. "now-24h". */
  readonly from: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
};

const TAG = 'duizhang';
const ALL = { text: '全部', value: '$__all', selected: true };

/** Hospitals of which the ledger holds a verdict or a run: names are in the configuration alone. */
const HOSPITALS = `SELECT DISTINCT toString(merchant_id) AS merchant_id FROM (
  SELECT merchant_id FROM v_reconciliations UNION ALL SELECT merchant_id FROM event_days) ORDER BY merchant_id`;

function hospitalVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('merchant')
    .label('医院')
    .description('医院编号')
    .datasource(CLICKHOUSE)
    .query({ refId: 'merchant', editorType: 'sql', rawSql: HOSPITALS })
    .definition(HOSPITALS)
    .refresh(VariableRefresh.OnDashboardLoad);
}

export const hospitals = (): Builder<VariableModel> =>
  hospitalVariable().multi(true).includeAll(true).current(ALL);
export const oneHospital = (): Builder<VariableModel> => hospitalVariable().multi(false).includeAll(false);

function codes(name: string, label: string, labels: Readonly<Record<string, string>>): CustomVariableBuilder {
  const values = Object.entries(labels).map(([code, text]) => `${text} : ${code}`);
  return new CustomVariableBuilder(name)
    .label(label)
    .description(`${label}；不选即全部`)
    .values(values.join(','))
    .multi(true)
    .includeAll(true)
    .current(ALL);
}

export const channels = (): Builder<VariableModel> => codes('channel', '渠道', CHANNEL_LABELS);
export const modes = (): Builder<VariableModel> => codes('mode', '对账方式', MODE_LABELS);

export const consoleUrl = (): Builder<VariableModel> =>
  new TextBoxVariableBuilder('console_url')
    .label('控制台地址')
    .description('异常链接指向的控制台，如 https://duizhang.example.com')
    .defaultValue('http://127.0.0.1:8420');

export function dashboard(content: Content): Dashboard {
  const frame = new DashboardBuilder(content.title)
    .uid(content.uid)
    .description(content.description)
    .tags([TAG])
    .timezone('Asia/Shanghai')
    .time({ from: content.from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .variables([...content.variables])
    .annotations([alerts(), closes()])
    .link(
      new DashboardLinkBuilder('对账看板')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  let id = 0;
  for (const { title, panels } of content.sections) {
    frame.withRow(new RowBuilder(title).id((id += 1)));
    for (const panel of panels) frame.withPanel(panel.id((id += 1)));
  }
  return frame.build();
}

function alerts(): AnnotationQueryBuilder {
  // Alerts of no hospital in particular are shown whichever is chosen.
  return new AnnotationQueryBuilder()
    .name('告警')
    .datasource(CLICKHOUSE)
    .enable(true)
    .iconColor('red')
    .target(
      sql(
        `SELECT opened_at AS time, closed_at AS timeEnd, ${named('kind', ALERT_KIND_LABELS)} AS title,
          concat(merchant_id, ' ', toString(left_orders), '/', toString(orders), ' 笔 ', toString(amount_yuan), ' 元') AS text,
          toString(severity) AS tags
        FROM v_alerts
        WHERE $__timeFilter(opened_at) AND (merchant_id = '' OR ${OF_HOSPITAL})
        ORDER BY time, alert_id`,
        'table',
        'alerts',
      ),
    );
}

function closes(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('日结')
    .datasource(CLICKHOUSE)
    .enable(true)
    .iconColor('blue')
    .target(
      sql(
        `SELECT ended_at AS time, concat('日结 ', merchant_id) AS title,
          concat(toString(business_date), ' ', ${named('outcome', OUTCOME_LABELS)}) AS text, toString(outcome) AS tags
        FROM v_reconciliations
        WHERE $__timeFilter(ended_at) AND ${OF_HOSPITAL}
        ORDER BY time, run_id`,
        'table',
        'closes',
      ),
    );
}
