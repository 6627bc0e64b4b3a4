import {
  AlertOutlined,
  AuditOutlined,
  CheckSquareOutlined,
  FileTextOutlined,
  HomeOutlined,
  InboxOutlined,
  ReconciliationOutlined,
  SettingOutlined,
  ShoppingOutlined,
} from '@ant-design/icons';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import type { MenuProps } from 'antd';
import { Menu } from 'antd';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { meQuery } from '../api/queries.ts';
import type { MenuLabels } from '../labels/codes.ts';
import { useLabels } from '../labels/useLabels.ts';
import { isPageId, PATH_OF, pageOfPath } from './pages.ts';

const ICONS: Readonly<Record<string, ReactNode>> = {
  home: <HomeOutlined />,
  reconciliation: <ReconciliationOutlined />,
  orders: <ShoppingOutlined />,
  bills: <FileTextOutlined />,
  approvals: <CheckSquareOutlined />,
  alerts: <AlertOutlined />,
  'dead-letters': <InboxOutlined />,
  audit: <AuditOutlined />,
  system: <SettingOutlined />,
};

type Item = NonNullable<MenuProps['items']>[number];
type Entry = { readonly id: string; readonly title: string; readonly pages?: readonly Entry[] };

/** By role, as the API gives it. */
export function PageMenu({ isFolded }: { readonly isFolded: boolean }) {
  const { menu } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const page = pageOfPath(pathname);
  // A folded menu's popup closes when one of its links was followed, and would leave the focus nowhere.
  useEffect(() => {
    if (document.activeElement?.closest('.ant-menu-submenu-popup'))
      document.querySelector<HTMLElement>('#content')?.focus();
  }, [pathname]);
  return (
    <Menu
      mode="inline"
      selectedKeys={page === null ? [] : [page]}
      {...(isFolded ? {} : { defaultOpenKeys: me.menus.map(({ id }) => id) })}
      items={me.menus.map((entry) => itemOf(entry, menu))}
      style={{ borderInlineEnd: 'none' }}
    />
  );
}

function itemOf({ id, title, pages = [] }: Entry, labels: MenuLabels): Item {
  const label = isLabel(id, labels) ? labels[id] : title;
  const icon = ICONS[id];
  const shown = { key: id, ...(icon === undefined ? {} : { icon }) };
  if (pages.length > 0) return { ...shown, label, children: pages.map((page) => itemOf(page, labels)) };
  return { ...shown, label: isPageId(id) ? <Link to={PATH_OF[id]}>{label}</Link> : label };
}

function isLabel(id: string, labels: MenuLabels): id is keyof MenuLabels {
  return id in labels;
}
