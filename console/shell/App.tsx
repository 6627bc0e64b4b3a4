import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, theme as antTheme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import type { ReactNode } from 'react';
import { useEffect, useSyncExternalStore } from 'react';
import { session } from '../api/client.ts';
import { live } from '../api/live.ts';
import { CALLBACK_PATH } from '../api/providerLogin.ts';
import { queryClient } from '../api/queries.ts';
import { CallbackPage } from './CallbackPage.tsx';
import { FreshLoginDialog } from './FreshLoginDialog.tsx';
import { LoginPage } from './LoginPage.tsx';
import { useLook } from './look.ts';
import { router } from './router.tsx';
import { nonce } from './styleNonce.ts';

const ALGORITHM = { light: antTheme.defaultAlgorithm, dark: antTheme.darkAlgorithm } as const;
/** Darker (on dark: brighter) than Ant Design's own, so that every text keeps a contrast of 4.5 : 1 on its ground. */
const TOKENS = {
  light: {
    colorPrimary: '#0958d9',
    colorInfo: '#0958d9',
    colorInfoBg: '#e6f4ff',
    colorSuccess: '#237804',
    colorSuccessBg: '#f6ffed',
    colorWarning: '#ad4e00',
    colorWarningBg: '#fff7e6',
    colorError: '#cf1322',
    colorErrorBg: '#fff1f0',
    colorTextDescription: '#595959',
    colorTextTertiary: '#595959',
    colorTextPlaceholder: '#6b6b6b',
  },
  dark: {
    colorPrimary: '#3c89e8',
    colorInfo: '#69b1ff',
    colorLink: '#69b1ff',
    colorError: '#ff7875',
    colorTextDescription: '#b0b0b0',
    colorTextTertiary: '#b0b0b0',
    colorTextPlaceholder: '#9a9a9a',
  },
} as const;

/** The page that is open, in the menu. */
const MENU = {
  light: {},
  dark: { itemSelectedColor: '#91caff', subMenuItemSelectedColor: '#91caff' },
} as const;

export function App() {
  return (
    <Looks>
      <QueryClientProvider client={queryClient}>
        {location.pathname === CALLBACK_PATH ? <CallbackPage /> : <SessionGate />}
      </QueryClientProvider>
    </Looks>
  );
}

function Looks({ children }: { readonly children: ReactNode }) {
  const { theme, language } = useLook();
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset['theme'] = theme;
    document.documentElement.style.colorScheme = theme;
    dayjs.locale(language === 'zh' ? 'zh-cn' : 'en');
  }, [theme, language]);
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      csp={{ nonce }}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: ALGORITHM[theme],
        hashed: false,
        cssVar: { key: `dz-${theme}` },
        components: { Menu: MENU[theme] },
        token: { ...TOKENS[theme], fontFamily: 'inherit', borderRadius: 6, wireframe: false },
      }}
    >
      <AntApp style={{ height: '100%' }}>{children}</AntApp>
    </ConfigProvider>
  );
}

/** Whoever is not logged in sees the login at whatever address, and afterwards the page of that address. */
function SessionGate() {
  const { isIn, outBecause } = useSyncExternalStore(session.subscribe, session.state);
  useEffect(() => {
    if (!isIn) return undefined;
    live.start();
    return () => {
      live.stop();
      queryClient.clear();
    };
  }, [isIn]);
  if (!isIn) return <LoginPage because={outBecause} />;
  return (
    <>
      <RouterProvider router={router} />
      <FreshLoginDialog />
    </>
  );
}
