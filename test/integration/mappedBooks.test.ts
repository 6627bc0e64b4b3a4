import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { billReader } from '../../adapters/bills/billReader.ts';
import { wechatBill } from '../../adapters/bills/testBills.ts';
import { workbookOf } from '../../adapters/bills/mapped/testBooks.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { billCommand } from '../../cli/commands/bill.ts';
import { reconcileCommand } from '../../cli/commands/reconcile.ts';
import { packFiles } from '../../adapters/files/packFiles.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { startCloseSystem } from './closeHarness.ts';

const CONFIG = `
merchants:
  - id: H001
    name: 示例医院
    channels: { WECHAT: { merchantNo: '1900000001', ownRows: { orderNoPrefixes: [HP] } } }
    books:
      merchant:
        - { sheet: 收费, orderNo: 商户单号, hisOrderNo: 收据号, amount: { column: 实收金额, unit: yuan }, time: { column: 时间 }, kind: PAYMENT, channel: WECHAT }
        - { sheet: 退费, orderNo: 商户单号, refundNo: 退款单号, amount: { column: 退款金额, unit: yuan }, time: { column: 时间 }, kind: REFUND, channel: WECHAT }
      platform: { orderNo: out_trade_no, refundNo: out_refund_no, amount: { column: fee, unit: fen }, time: { column: at, pattern: epochMillis }, kind: { column: type, PAYMENT: pay, REFUND: refund }, channel: WECHAT }
`;
const TEN = Date.UTC(2026, 2, 9, 2);
const PLATFORM = [
  { out_trade_no: 'HP1', out_refund_no: null, fee: 2500, at: TEN, type: 'pay' },
  { out_trade_no: 'HP1', out_refund_no: 'RF1', fee: 500, at: TEN + 60_000, type: 'refund' },
];
const CHANNEL = [
  'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
  'HP1,42,,PAYMENT,25.00,2026-03-09 10:00:00,WECHAT,,',
  'HP1,43,RF1,REFUND,5.00,2026-03-09 10:01:00,WECHAT,,',
  '',
].join('\n');

let dir: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-mapped-'));
  env = { DUIZHANG_CONFIG: join(dir, 'c.yaml') };
  const workbook = await workbookOf({
    收费: [
      ['商户单号', '收据号', '实收金额', '时间'],
      ['HP1', 'R1', 25, '2026-03-09 10:00:05'],
    ],
    退费: [
      ['商户单号', '退款单号', '退款金额', '时间'],
      ['HP1', 'RF1', 4.99, '2026-03-09 10:01:05'],
    ],
  });
  await writeFile(join(dir, 'c.yaml'), CONFIG);
  await writeFile(join(dir, 'his.xlsx'), workbook);
  await writeFile(join(dir, 'platform.json'), JSON.stringify(PLATFORM));
  await writeFile(join(dir, 'channel.csv'), CHANNEL);
  await writeFile(join(dir, 'paid.csv'), '商户单号,收据号,实收金额,时间\nHP1,R1,25.00,2026-03-09 10:00:05\n');
  await writeFile(
    join(dir, 'back.csv'),
    '商户单号,退款单号,退款金额,时间\nHP1,RF1,5.00,2026-03-09 10:01:05\n',
  );
  await writeFile(
    join(dir, 'shared.csv'),
    wechatBill([{ orderNo: 'HP1' }, { orderNo: 'SHOP1', txnNo: '43' }]),
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(command: typeof billCommand, ...args: string[]) {
  let stdout = '';
  const io = { stdout: (text: string) => void (stdout += text), stderr: () => undefined, env, cwd: dir };
  const exitCode = await command.run(args, io);
  return { exitCode, json: JSON.parse(stdout) as Readonly<Record<string, unknown>> };
}

test('a workbook of payments and refunds is parsed as its hospital’s', async () => {
  const { exitCode, json } = await run(
    billCommand,
    'parse',
    'his.xlsx',
    '--merchant',
    'H001',
    '--book',
    'merchant',
    '--json',
  );
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ format: 'mapped-xlsx', rows: 2, paymentFen: '2500', refundFen: '499' });
});

test('three books in three formats are compared, each line as its hospital writes it', async () => {
  const files = ['--merchant', 'his.xlsx', '--platform', 'platform.json', '--channel', 'channel.csv'];
  const { exitCode, json } = await run(reconcileCommand, ...files, '--hospital', 'H001', '--json');
  expect(exitCode).toBe(1);
  expect(json).toMatchObject({
    mode: 'THREE_WAY',
    verdicts: { MATCHED: 1, AMOUNT_MISMATCH: 1 },
    exceptions: [
      { orderNo: 'HP1', refundNo: 'RF1', merchantFen: '499', platformFen: '500', channelFen: '500' },
    ],
  });
  const unknown = run(reconcileCommand, ...files, '--json');
  expect(await unknown).toMatchObject({ exitCode: 2, json: { error: { code: 'DZ_BILL_UNKNOWN_FORMAT' } } });
});

test('imported books close the day as files do', async () => {
  await using system = await startCloseSystem();
  const config = loadConfig(join(dir, 'c.yaml'));
  const merchant = config.merchants.get('H001');
  if (!merchant) throw new Error('no H001');
  const deps = { ...system.importDeps, readBill: billReader(config.books) };
  for (const [fileName, book] of [
    ['his.xlsx', 'MERCHANT'],
    ['platform.json', 'PLATFORM'],
    ['channel.csv', 'CHANNEL'],
  ] as const) {
    const open = () => createReadStream(join(dir, fileName));
    await importBill({ merchant, book, channel: null, date: null, fileName, open }, deps);
  }
  const { run: closed } = await system.close('2026-03-09', merchant);
  expect(closed).toMatchObject({ outcome: 'UNBALANCED', verdicts: { MATCHED: 1, AMOUNT_MISMATCH: 1 } });
}, 30_000);

test('payments and refunds in two files are one bill, and neither stands alone', async () => {
  await using system = await startCloseSystem();
  const config = loadConfig(join(dir, 'c.yaml'));
  const merchant = config.merchants.get('H001');
  if (!merchant) throw new Error('no H001');
  const deps = { ...system.importDeps, readBill: billReader(config.books) };
  const importThem = (...names: string[]) => {
    const paths = names.map((name) => join(dir, name));
    const open = () => (paths.length === 1 ? createReadStream(paths[0] ?? '') : packFiles(paths));
    const fileName = names.join(' + ');
    return importBill({ merchant, book: 'MERCHANT', channel: null, date: null, fileName, open }, deps);
  };
  for (const name of ['paid.csv', 'back.csv'])
    await expect(importThem(name)).rejects.toMatchObject({
      code: 'DZ_BILL_HALF_BOOK',
      messageZh: expect.stringContaining('请一次导入两个文件'),
    });
  expect(await importThem('paid.csv', 'back.csv')).toMatchObject({
    status: 'imported',
    bill: { payments: 1, refunds: 1, refundFen: 500n },
    leftOut: { otherRows: 0, foreignRows: 0, unreadSheets: [] },
  });
  expect(await importThem('back.csv', 'paid.csv')).toMatchObject({ status: 'known' });
}, 30_000);

test('rows of others under a shared number are counted, and told by parse and import', async () => {
  const { exitCode, json } = await run(billCommand, 'parse', 'shared.csv', '--merchant', 'H001', '--json');
  expect(exitCode).toBe(0);
  const told = { foreignRows: 1, foreignPaymentFen: '2500', foreignRefundFen: '0' };
  expect(json).toMatchObject({ rows: 2, payments: 1, paymentFen: '2500', ...told });
  expect(await run(billCommand, 'parse', 'shared.csv', '--json')).toMatchObject({
    json: { payments: 2, foreignRows: 0 },
  });
  await using system = await startCloseSystem();
  const config = loadConfig(join(dir, 'c.yaml'));
  const merchant = config.merchants.get('H001');
  if (!merchant) throw new Error('no H001');
  const open = () => createReadStream(join(dir, 'shared.csv'));
  const request = {
    merchant,
    book: 'CHANNEL',
    channel: null,
    date: null,
    fileName: 'shared.csv',
    open,
  } as const;
  expect(await importBill(request, system.importDeps)).toMatchObject({
    bill: { payments: 1 },
    leftOut: { foreignRows: 1, foreignPaymentFen: 2500n },
  });
}, 30_000);
