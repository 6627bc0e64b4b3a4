import { Result } from 'antd';
import { useEffect } from 'react';
import { handAnswerBack } from '../api/providerLogin.ts';
import { useLabels } from '../labels/useLabels.ts';

/** The window of the provider, when it comes back: the page that opened it goes on. */
export function CallbackPage() {
  const { common, login } = useLabels();
  useEffect(() => {
    document.title = common.product;
    if (location.search !== '') handAnswerBack(location.search);
    window.close();
  }, [common.product]);
  return (
    <main>
      <Result status="success" title={login.providerDone} subTitle={login.providerDoneText} />
    </main>
  );
}
