import { expect, test } from 'vitest';
import { menusFor } from './menus.ts';
import type { Role } from './principal.ts';

const titles = (...roles: readonly Role[]): readonly string[] =>
  menusFor(new Set(roles)).flatMap(({ title, pages }) => [title, ...pages.map((page) => `- ${page.title}`)]);

test('everybody sees the results, a role what is its business', () => {
  const results = ['首页', '对账管理', '- 三方对账', '- 两方对账', '- 实时对账', '订单管理', '- 异常订单'];
  const files = ['账单管理', '- 账单下载'];
  expect(titles('viewer')).toEqual([...results, ...files]);
  expect(titles('approver')).toEqual([...results, ...files, '审批']);
  expect(titles('admin')).toEqual([...results, ...files, '审批', '告警', '死信', '审计', '系统']);
  const withQuery = [...results, '账单管理', '- 单边账查询', '- 账单下载', '审批', '告警', '死信'];
  expect(titles('operator')).toEqual(withQuery);
  expect(titles('auditor')).toEqual([...withQuery, '审计', '系统']);
  expect(titles('operator', 'admin')).toEqual([...withQuery, '审计', '系统']);
});

test('whoever has no role sees no menu', () => {
  expect(titles()).toEqual([]);
});
