import { expect, test } from 'vitest';
import { en } from '../../labels/en.ts';
import { zh } from '../../labels/zh.ts';
import { saidLabel, saidText } from './saidText.ts';
import { whoText } from './whoText.ts';

const nameOf = (id: string): string => (id === 'H001' ? '市一医院' : id);

test('what an entry says is in words: hospitals, money, ways and settings by their names', () => {
  const said = {
    merchantId: 'H001',
    action: 'SUPPLEMENT',
    amountFen: '123456',
    state: 'AWAITS_APPROVAL',
    roles: ['operator', 'approver'],
    allMerchants: true,
    changes: [
      { path: '/merchants/H001/rules/window', before: '"5m"', after: '"10m"', takenBack: false },
      { path: '/merchants/H001/name', before: 'null', after: '{', takenBack: false },
    ],
  };
  expect(
    Object.entries(said).map(([field, value]) => [saidLabel(field, zh), saidText(field, value, zh, nameOf)]),
  ).toEqual([
    ['医院', '市一医院'],
    ['处理方式', '补差'],
    ['金额', '¥1,234.56'],
    ['处理状态', '待审批'],
    ['角色', '操作员、审批人'],
    ['可管理全部医院', '是'],
    ['修改内容', '市一医院：等待对方的时长：5 分钟 → 10 分钟\n市一医院：名称：未设置 → {'],
  ]);
});

test('what no table knows is shown as it was recorded, and said to be so', () => {
  expect(saidLabel('word2', zh)).toBe('命令参数 2');
  expect(saidLabel('colour', zh)).toBe('其他项 colour');
  expect(saidText('colour', { a: 1 }, zh, nameOf)).toBe('{"a":1}');
  expect(saidText('action', 'NEW_ONE', zh, nameOf)).toBe('NEW_ONE');
});

test('processes, machines and accounts of the server have a name; people are called what they are', () => {
  const names = [
    { via: 'SYSTEM', user: 'pipeline' },
    { via: 'SYSTEM', user: 'other' },
    { via: 'MACHINE', user: 'front-h001' },
    { via: 'CLI', user: 'root' },
    { via: 'API', user: 'li' },
    { via: 'API', user: '' },
  ] as const;
  expect(names.map((each) => whoText(each, zh))).toEqual([
    '对账服务',
    '未知程序 other',
    '前置机 front-h001',
    '服务器账号 root',
    'li',
    '未登录',
  ]);
  expect(whoText(names[0], en)).toBe('Reconciliation service');
});
