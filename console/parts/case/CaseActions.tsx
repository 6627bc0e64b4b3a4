import { useSuspenseQuery } from '@tanstack/react-query';
import { Button, Flex, Typography } from 'antd';
import { useId, useState } from 'react';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useLook } from '../../shell/look.ts';
import { ActionDialog } from './ActionDialog.tsx';
import { AssignDialog } from './AssignDialog.tsx';
import type { Action, CaseDetail } from './queries.ts';

/** What may be done about an exception; of what may not, why. */
export function CaseActions({ detail }: { readonly detail: CaseDetail }) {
  const { cases: words, codes, common } = useLabels();
  const { language } = useLook();
  const { data: me } = useSuspenseQuery(meQuery);
  const [chosen, choose] = useState<Action | 'ASSIGN' | null>(null);
  const reasonsId = useId();
  const mayAct = me.roles.includes('operator');
  const names = me.roles.map((role) => codes.role[role]).join('、');
  const reasons = mayAct
    ? refusals(detail, language).map(([why, actions]) => {
        return `${actions.map((action) => words.action[action]).join('、')}${common.colon}${why}`;
      })
    : [`${words.mayNotAct}${names}`];
  const ruling = detail.actions.find(({ action }) => action === chosen);
  return (
    <section aria-label={words.actions}>
      <Flex wrap gap={8}>
        {detail.actions.map(({ action, allowed }) => (
          <Button
            key={action}
            type={allowed && mayAct ? 'primary' : 'default'}
            disabled={!allowed || !mayAct}
            aria-describedby={reasonsId}
            onClick={() => choose(action)}
          >
            {words.action[action]}
          </Button>
        ))}
        <Button disabled={!mayAct} aria-describedby={reasonsId} onClick={() => choose('ASSIGN')}>
          {words.assign}
        </Button>
      </Flex>
      <div id={reasonsId} style={{ marginBlockStart: 8 }}>
        {reasons.map((reason) => (
          <div key={reason}>
            <Typography.Text type="secondary">{reason}</Typography.Text>
          </div>
        ))}
      </div>
      {ruling && <ActionDialog detail={detail} ruling={ruling} onClose={() => choose(null)} />}
      {chosen === 'ASSIGN' && <AssignDialog detail={detail} onClose={() => choose(null)} />}
    </section>
  );
}

/** Actions that are refused for the same reason are told together. */
function refusals(
  { actions }: CaseDetail,
  language: 'zh' | 'en',
): readonly (readonly [string, readonly Action[]])[] {
  const byReason = new Map<string, Action[]>();
  for (const { action, allowed, reason, reasonZh } of actions) {
    if (allowed) continue;
    const why = (language === 'zh' ? reasonZh : reason) ?? '';
    byReason.set(why, [...(byReason.get(why) ?? []), action]);
  }
  return [...byReason];
}
