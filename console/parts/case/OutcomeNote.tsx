import { Alert } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { useLook } from '../../shell/look.ts';
import type { ActionAnswer } from './queries.ts';

/** How an action ended, and what can be done now. */
export function OutcomeNote({ answer }: { readonly answer: ActionAnswer }) {
  const { cases: words, common } = useLabels();
  const { language } = useLook();
  const { action, state, detail, advice, adviceZh } = answer;
  const isBad = state === 'FAILED' || state === 'REFUSED';
  const said = [language === 'zh' ? adviceZh : advice, detail].filter((text) => text !== null && text !== '');
  return (
    <Alert
      type={isBad ? 'error' : state === 'DONE' ? 'success' : 'info'}
      showIcon
      role="status"
      title={`${words.action[action]}${common.colon}${words.actionState[state]}`}
      description={said.join(' · ')}
      style={{ marginBlockEnd: 12 }}
    />
  );
}
