import { Outlet, useRouterState } from '@tanstack/react-router';
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Layout as AntLayout, Button, Flex, Result, Spin, theme } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useLabels } from '../labels/useLabels.ts';
import { useCaseId } from '../parts/case/openCase.ts';
import { AccountMenu } from './AccountMenu.tsx';
import { LiveBadge } from './LiveBadge.tsx';
import { LookSwitches } from './LookSwitches.tsx';
import { LostBanner } from './LostBanner.tsx';
import { HospitalSwitch } from './HospitalSwitch.tsx';
import { NotFoundPage } from './NotFoundPage.tsx';
import { PageMenu } from './PageMenu.tsx';
import { pageOfPath } from './pages.ts';
import { useShownPages } from './useShownPages.ts';

const CaseDrawer = lazy(() =>
  import('../parts/case/CaseDrawer.tsx').then((part) => ({ default: part.CaseDrawer })),
);

/** Everything around a page. */
export function Layout() {
  return (
    <Suspense fallback={<Loading />}>
      <Frame />
    </Suspense>
  );
}

function Frame() {
  const { common, shell } = useLabels();
  const { token } = theme.useToken();
  const [isFolded, setFolded] = useState(false);
  return (
    <AntLayout style={{ height: '100%' }}>
      <a className="dz-skip" href="#content">
        {common.skipToContent}
      </a>
      <AntLayout.Sider
        collapsible
        collapsed={isFolded}
        onCollapse={setFolded}
        breakpoint="lg"
        width={208}
        trigger={
          <Button
            type="text"
            block
            icon={isFolded ? <RightOutlined /> : <LeftOutlined />}
            aria-label={isFolded ? shell.unfoldMenu : shell.foldMenu}
            aria-expanded={!isFolded}
          />
        }
        theme="light"
        style={{ borderInlineEnd: `1px solid ${token.colorBorderSecondary}`, overflow: 'auto' }}
      >
        <Flex align="center" justify="center" style={{ height: 56, fontWeight: 600, fontSize: 18 }}>
          {isFolded ? common.product.slice(0, 2) : common.product}
        </Flex>
        <nav aria-label={shell.menu}>
          <PageMenu isFolded={isFolded} />
        </nav>
      </AntLayout.Sider>
      <AntLayout>
        <AntLayout.Header
          style={{
            height: 56,
            lineHeight: 'normal',
            padding: '0 16px',
            background: token.colorBgContainer,
            borderBlockEnd: `1px solid ${token.colorBorderSecondary}`,
          }}
        >
          <Flex align="center" justify="space-between" gap={12} style={{ height: '100%' }}>
            <HospitalSwitch />
            <Flex align="center" gap={4}>
              <LiveBadge />
              <LookSwitches />
              <AccountMenu />
            </Flex>
          </Flex>
        </AntLayout.Header>
        <LostBanner />
        <AntLayout.Content
          id="content"
          tabIndex={-1}
          style={{ overflow: 'auto', padding: 16, display: 'flex', flexDirection: 'column', outline: 'none' }}
        >
          <Suspense fallback={<Loading />}>
            <Allowed />
          </Suspense>
          <OpenCase />
        </AntLayout.Content>
      </AntLayout>
    </AntLayout>
  );
}

/** A page that is in nobody's menu is not there for them; what they may do is decided by the API alone. */
function Allowed() {
  const { shell } = useLabels();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const shown = useShownPages();
  if (shown.length === 0)
    return <Result status="403" title={shell.noMenuTitle} subTitle={shell.noMenuText} />;
  const page = pageOfPath(pathname);
  return page !== null && !shown.includes(page) ? <NotFoundPage /> : <Outlet />;
}

/** The drawer of an exception, which opens over any page. */
function OpenCase() {
  const id = useCaseId();
  return id === undefined ? null : (
    <Suspense fallback={null}>
      <CaseDrawer key={id} id={id} />
    </Suspense>
  );
}

function Loading() {
  const { common } = useLabels();
  return (
    <Flex align="center" justify="center" style={{ flex: 1, minHeight: 240, height: '100%' }}>
      <Spin size="large" aria-label={common.loading} />
    </Flex>
  );
}
