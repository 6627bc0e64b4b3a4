import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { DASHBOARDS } from '../../dashboards/build.ts';
import type { Asked } from '../../dashboards/reading.ts';
import { panelsOf, sqlOf } from '../../dashboards/reading.ts';
import type { ExceptionItem, LedgerQueries } from '../../domain/apiPorts.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { DATE } from '../integration/simulatorHarness.ts';
import type { CaseSystem } from '../resolution/resolutionHarness.ts';
import { startDashboardDay } from './dashboardDay.ts';
import type { View } from './expandMacros.ts';
import { expandMacros } from './expandMacros.ts';

let system: CaseSystem;
let queries: LedgerQueries;

beforeAll(async () => {
  system = await startDashboardDay();
  queries = clickHouseLedgerQueries(system.close.client);
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());

const GRANTS = readFileSync(
  new URL('../../dashboards/provisioning/clickhouse/grafanaGrants.sql', import.meta.url),
  'utf8',
);

/** The day and the one after it, in Shanghai. */
const ALL: View = {
  fromMs: Date.UTC(2026, 2, 8, 16),
  toMs: Date.UTC(2026, 2, 10, 16),
  intervalSeconds: 600,
  variables: { merchant: null, channel: null, mode: null },
};
const ONE: View = {
  ...ALL,
  variables: { merchant: ['H001'], channel: ['WECHAT', 'ALIPAY'], mode: ['THREE_WAY'] },
};
/** Of a hospital chosen alone, these say nothing on this day: what they show is the other one's. */
const NOT_OF_ONE = new Set(['等待日结', '实时匹配率（未日结）']);

type Answer = {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly Readonly<Record<string, unknown>>[];
};

async function answer(asked: Asked, view: View): Promise<Answer> {
  const query = expandMacros(asked.rawSql, view);
  try {
    const rows = await system.close.client.query({ query, format: 'JSON' });
    const { meta = [], data } = await rows.json<Readonly<Record<string, unknown>>>();
    return { meta, data };
  } catch (error) {
    throw new Error(`${asked.title}: ${query}`, { cause: error });
  }
}

const EVERYTHING = DASHBOARDS.flatMap((dashboard) =>
  sqlOf(dashboard).map((asked) => [dashboard.title ?? '', asked.title, asked] as const),
);

function askedBy(title: string, dashboard: string): Asked {
  const found = EVERYTHING.find(([of, name]) => of === dashboard && name === title);
  if (!found) throw new Error(`${dashboard} has no panel ${title}`);
  return found[2];
}

async function numberOf(title: string, dashboard = '对账总览', view = ALL): Promise<number | null> {
  const { data } = await answer(askedBy(title, dashboard), view);
  expect(data).toHaveLength(1);
  const [value] = Object.values(data[0] ?? {});
  return value === null ? null : Number(value);
}

test.each(EVERYTHING)('%s: %s has something to say', async (_, title, asked) => {
  const { data } = await answer(asked, ALL);
  expect(data.length).toBeGreaterThan(0);
  if (data.length === 1) expect(Object.values(data[0] ?? {})).not.toEqual([null]);
});

test.each(EVERYTHING)('%s: %s can be asked of one hospital, channel and mode', async (_, title, asked) => {
  const { data } = await answer(asked, ONE);
  if (!NOT_OF_ONE.has(title)) expect(data.length).toBeGreaterThan(0);
});

test('numbers in tables have a unit, and dates are texts: as times they would be shown at eight in the morning', async () => {
  for (const dashboard of DASHBOARDS)
    for (const { type, title, fieldConfig } of panelsOf(dashboard)) {
      if (type !== 'table') continue;
      const withUnit = (fieldConfig?.overrides ?? [])
        .filter(({ properties }) => properties.some(({ id }) => id === 'unit'))
        .map(({ matcher }) => String(matcher.options));
      const { meta } = await answer(askedBy(title ?? '', dashboard.title ?? ''), ALL);
      expect(
        meta.filter((column) => column.type === 'Date'),
        title,
      ).toEqual([]);
      const numeric = meta
        .filter((column) => /Int|Float|Decimal|Bool/.test(column.type))
        .map(({ name }) => name);
      expect(
        numeric.filter((name) => !withUnit.includes(name)),
        title,
      ).toEqual([]);
    }
});

test('rows for lines over time come as the plugin reads them: a time, at most one text, numbers, in the order of time', async () => {
  for (const dashboard of DASHBOARDS)
    for (const { type, title, targets } of panelsOf(dashboard)) {
      if (type !== 'timeseries' || !JSON.stringify(targets).includes('rawSql')) continue;
      const { meta, data } = await answer(askedBy(title ?? '', dashboard.title ?? ''), ALL);
      expect(meta[0], title).toMatchObject({ name: 'time', type: expect.stringContaining('DateTime') });
      expect(meta.filter((column) => /String/.test(column.type)).length, title).toBeLessThan(2);
      const times = data.map(({ time }) => String(time));
      expect(times, title).toEqual(times.toSorted());
    }
});

async function allExceptions(): Promise<readonly ExceptionItem[]> {
  const items: ExceptionItem[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await queries.exceptions(WHOLE_LEDGER, {
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}

describe('what the dashboards say is what the API says', () => {
  test('of the rates of matches', async () => {
    const { items } = await queries.matchRates(WHOLE_LEDGER, { limit: 100 });
    const rateOf = (rows: typeof items) => {
      const sum = (key: 'matched' | 'verdicts') => rows.reduce((total, row) => total + row[key], 0);
      return sum('matched') / sum('verdicts');
    };
    const final = items.filter(({ mode }) => mode === 'THREE_WAY');
    const provisional = items.filter(
      ({ mode, merchantId, businessDate }) =>
        mode === 'REALTIME' &&
        !final.some((run) => run.merchantId === merchantId && run.businessDate === businessDate) &&
        businessDate >= DATE,
    );
    expect(final.length).toBeGreaterThan(0);
    expect(provisional.length).toBeGreaterThan(0);
    expect(await numberOf('终局匹配率（已日结）')).toBeCloseTo(rateOf(final), 10);
    expect(await numberOf('实时匹配率（未日结）')).toBeCloseTo(rateOf(provisional), 10);
  });

  test('of open exceptions, in number and in money', async () => {
    const open = (await allExceptions()).filter(({ status }) => status !== 'RESOLVED' && status !== 'HEALED');
    const fen = open.reduce(
      (total, { channelFen, platformFen, merchantFen }) =>
        total + (channelFen ?? platformFen ?? merchantFen ?? 0n),
      0n,
    );
    expect(new Set(open.map(({ status }) => status))).toEqual(
      new Set(['OPEN', 'IN_PROGRESS', 'PENDING_APPROVAL']),
    );
    for (const dashboard of ['对账总览', '单边与异常', '医院']) {
      expect(await numberOf('未了结异常', dashboard)).toBe(open.length);
      expect(await numberOf('未了结金额', dashboard)).toBeCloseTo(Number(fen) / 100, 6);
    }
    const { data } = await answer(askedBy('未了结异常明细', '单边与异常'), ALL);
    expect(new Set(data.map((row) => row['案件']))).toEqual(new Set(open.map(({ id }) => id)));
  });

  test('of how days ended, by hospital', async () => {
    const { items } = await queries.reconciliations(WHOLE_LEDGER, { limit: 100, mode: 'THREE_WAY' });
    const { data } = await answer(askedBy('日结情况', '对账总览'), ALL);
    const told = data.map((row) => [row['医院'], row['业务日'], row['结果'], Number(row['笔数'])].join(' '));
    const said = items.map((run) =>
      [
        run.merchantId,
        run.businessDate,
        run.outcome,
        Object.values(run.verdicts).reduce((total, n) => total + n, 0),
      ].join(' '),
    );
    expect(told.toSorted()).toEqual(said.toSorted());
    expect(new Set(items.map(({ outcome }) => outcome))).toEqual(new Set(['UNBALANCED', 'FAILED']));
    expect(await numberOf('最近一次日结失败的日期')).toBe(1);
  });

  test('of how far realtime was right', async () => {
    const said = await queries.realtimeQuality(WHOLE_LEDGER, { from: DATE, to: DATE });
    const { data } = await answer(askedBy('实时判定的准确率（按业务日）', '对账总览'), ALL);
    expect(data.map((row) => [row['series'], Number(row['rate'])])).toEqual(
      said.map(({ merchantId, stood, verdicts }) => [merchantId, stood / verdicts]),
    );
  });

  test('of refunds under way', async () => {
    expect(await numberOf('在途退款', '单边与异常')).toBe(1);
    expect(await numberOf('待复核', '单边与异常')).toBe(1);
  });
});

describe('what is counted beforehand is what the verdicts say', () => {
  const rows = async (query: string): Promise<unknown> =>
    (await system.close.client.query({ query, format: 'JSONEachRow' })).json();

  test('by hour, channel and code', async () => {
    const counted =
      await rows(`SELECT merchant_id, toString(c.business_date) AS date, mode, provisional, toString(hour) AS at, channel,
        code, toString(sum(c.verdicts)) AS n FROM v_verdict_counts AS c
      GROUP BY ALL ORDER BY ALL`);
    const told =
      await rows(`SELECT merchant_id, toString(r.business_date) AS date, v.mode AS mode, v.provisional AS provisional,
        toString(toStartOfHour(coalesce(platform_at, merchant_at, channel_at))) AS at, channel, code, toString(count()) AS n
      FROM v_verdicts AS v
      INNER JOIN (
        SELECT merchant_id, run_id, business_date FROM publications
        UNION ALL SELECT DISTINCT merchant_id, '' AS run_id, business_date FROM verdicts WHERE mode = 'REALTIME'
      ) AS r ON r.merchant_id = v.merchant_id AND r.run_id = v.run_id
      WHERE mode != 'REALTIME' OR v.business_date = r.business_date
      GROUP BY ALL ORDER BY ALL`);
    expect(counted).toEqual(told);
  });

  test('of exceptions that stand now', async () => {
    const columns = `id, mode, type, kind, merchant_id, toString(e.business_date) AS date, order_no, refund_no, key_part, span,
      channel, business_type, merchant_fen, platform_fen, channel_fen, possibly_cross_day, conflicts, amount_conflict, surplus_fen,
      possible_duplicate_of, ambiguous_refund, channel_conflict, merged_receipt, merged_orders, provisional, run_id, status`;
    const current = await rows(`SELECT ${columns} FROM v_current_exceptions AS e ORDER BY ALL`);
    expect(current).toEqual(
      await rows(
        `SELECT ${columns} FROM v_exceptions AS e WHERE provisional OR mode != 'REALTIME' ORDER BY ALL`,
      ),
    );
    expect(JSON.stringify(current)).toMatch(/HEALED|RESOLVED/);
  });
});

test('the user of the dashboards is granted what they read, with the tables beneath the views, and nothing else', async () => {
  const found = await system.close.client.query({
    query: `SELECT name, as_select AS beneath FROM system.tables WHERE database = currentDatabase()`,
    format: 'JSONEachRow',
  });
  const rows = await found.json<{ readonly name: string; readonly beneath: string }>();
  const beneath = new Map(rows.map((row) => [row.name, row.beneath]));
  const read = new Set<string>();
  const add = (sql: string): void => {
    for (const [name] of sql.matchAll(/\b[a-z_]+\b/g)) {
      if (
        !beneath.has(name) ||
        read.has(name) ||
        !new RegExp(`(FROM|JOIN)\\s+(\\w+\\.)?${name}\\b`).test(sql)
      )
        continue;
      read.add(name);
      add(beneath.get(name) ?? '');
    }
  };
  for (const [, , asked] of EVERYTHING) add(asked.rawSql);
  const granted = GRANTS.matchAll(/^GRANT SELECT ON duizhang\.(\w+) TO grafana;$/gm);
  expect(Array.from(granted, ([, name]) => name)).toEqual([...read].toSorted());
  expect(read).not.toContain('users');
});

/** Of which every insert may be repeated before it is merged. */
const TABLES = [
  'entries',
  'verdicts',
  'reconciliations',
  'exceptions',
  'exception_actions',
  'alerts',
  'dead_letters',
  'bills',
  'realtime_words_of_runs',
  'close_waits',
  'verdict_counts',
  'exception_words',
];

test('rows that were written twice change no answer', async () => {
  const answers = async () => Promise.all(EVERYTHING.map(([, , asked]) => answer(asked, ALL)));
  const before = await answers();
  for (const table of TABLES) {
    // Some of them more often than others, or shares would stay as they are.
    await system.close.client.command({ query: `INSERT INTO ${table} SELECT * FROM ${table}` });
    await system.close.client.command({ query: `INSERT INTO ${table} SELECT * FROM ${table} LIMIT 3` });
  }
  const after = await answers();
  for (const [i, { data }] of after.entries()) expect(data, EVERYTHING[i]?.[1]).toEqual(before[i]?.data);
}, 120_000);
