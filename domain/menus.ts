import type { Role } from './principal.ts';
import { ROLES } from './principal.ts';

/** Pages of the console; each stands under its id as a path, the home page under /. */
export const PAGE_IDS = [
  'home',
  'three-way',
  'two-way',
  'realtime',
  'exceptions',
  'one-sided',
  'bill-files',
  'approvals',
  'alerts',
  'dead-letters',
  'audit',
  'system',
] as const;
export type PageId = (typeof PAGE_IDS)[number];
export type MenuId = PageId | 'reconciliation' | 'orders' | 'bills';

/** A page of the console, or a group of them. */
export type Menu = { readonly id: MenuId; readonly title: string; readonly pages: readonly Menu[] };

type MenuRow = {
  readonly id: MenuId;
  readonly title: string;
  /** Absent: everybody with a role. */
  readonly roles?: readonly Role[];
  readonly pages?: readonly MenuRow[];
};

const WATCH: readonly Role[] = ['operator', 'admin', 'auditor'];

/** As in the manual of the platform; what a role may do there is the routes' word. */
const MENUS: readonly MenuRow[] = [
  { id: 'home', title: '首页' },
  {
    id: 'reconciliation',
    title: '对账管理',
    pages: [
      { id: 'three-way', title: '三方对账' },
      { id: 'two-way', title: '两方对账' },
      { id: 'realtime', title: '实时对账' },
    ],
  },
  { id: 'orders', title: '订单管理', pages: [{ id: 'exceptions', title: '异常订单' }] },
  {
    id: 'bills',
    title: '账单管理',
    pages: [
      { id: 'one-sided', title: '单边账查询', roles: ['operator', 'auditor'] },
      { id: 'bill-files', title: '账单下载' },
    ],
  },
  { id: 'approvals', title: '审批', roles: ['operator', 'approver', 'admin', 'auditor'] },
  { id: 'alerts', title: '告警', roles: WATCH },
  { id: 'dead-letters', title: '死信', roles: WATCH },
  { id: 'audit', title: '审计', roles: ['admin', 'auditor'] },
  { id: 'system', title: '系统', roles: ['admin', 'auditor'] },
];

/** What somebody with these roles is shown. */
export function menusFor(roles: ReadonlySet<Role>): readonly Menu[] {
  return shownOf(MENUS, roles);
}

function shownOf(rows: readonly MenuRow[], roles: ReadonlySet<Role>): readonly Menu[] {
  return rows.flatMap(({ id, title, roles: needed = ROLES, pages }) => {
    if (!needed.some((role) => roles.has(role))) return [];
    const shown = shownOf(pages ?? [], roles);
    // A group without a page leads nowhere.
    return pages && shown.length === 0 ? [] : [{ id, title, pages: shown }];
  });
}
