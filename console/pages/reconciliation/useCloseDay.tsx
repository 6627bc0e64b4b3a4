import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { problemText } from '../../parts/ProblemNote.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useLook } from '../../shell/look.ts';
import { PLACE } from './place.ts';
import type { CloseWish, Run } from './queries.ts';
import { closeDay, daysChanged } from './queries.ts';

export const MAY_CLOSE = ['operator', 'admin'] as const;

/** By it a page that one comes back to knows that a day is being run. */
export const CLOSE_KEY = ['close-day'];

/** Runs a day. How it comes out is told wherever one is by then, with the way to it. */
export function useCloseDay() {
  const labels = useLabels();
  const { threeWay: words, codes } = labels;
  const { language } = useLook();
  const { notification } = App.useApp();
  const queries = useQueryClient();
  const router = useRouter();
  const nameOf = useMerchantName();
  const keyOf = ({ merchantId, date }: CloseWish): string => `close-${merchantId}-${date}`;
  const whatOf = ({ merchantId, date }: CloseWish): string => `${nameOf(merchantId)} ${date}`;
  const show = (key: string, { id, mode }: Pick<Run, 'id' | 'mode'>): void => {
    notification.destroy(key);
    if (mode === 'REALTIME') return;
    void router.navigate({ to: `${PLACE[mode].path}/$runId`, params: { runId: id }, search: {} });
  };
  return useMutation({
    mutationKey: CLOSE_KEY,
    mutationFn: closeDay,
    onMutate: (wish) => {
      const key = keyOf(wish);
      notification.info({ key, title: words.closeRunning(whatOf(wish)), duration: 0 });
    },
    onSuccess: (run, wish) => {
      const key = keyOf(wish);
      const kind = { BALANCED: 'success', UNBALANCED: 'warning', FAILED: 'error' } as const;
      notification[kind[run.outcome]]({
        key,
        title: words.closeDone(whatOf(wish), codes.outcome[run.outcome]),
        description: run.reasons.map((reason) => codes.failureReason[reason]).join('、'),
        actions: (
          <Button size="small" type="primary" onClick={() => show(key, run)}>
            {words.toResult}
          </Button>
        ),
        duration: 10,
      });
      daysChanged(queries);
    },
    onError: (error, wish) => {
      const description = problemText(error, language, labels);
      notification.error({
        key: keyOf(wish),
        title: words.closeFailed(whatOf(wish)),
        description,
        duration: 0,
        role: 'alert',
      });
    },
  });
}
