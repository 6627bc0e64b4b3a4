import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider } from 'antd';
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
import { THEMES } from './theme.ts';

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
        ...THEMES[theme],
        hashed: false,
        cssVar: { key: `dz-${theme}` },
        token: { ...THEMES[theme].token, fontFamily: 'inherit', borderRadius: 6, wireframe: false },
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
