import { useQueryClient } from '@tanstack/react-query';
import { Alert, App } from 'antd';
import { useEffect, useRef } from 'react';
import { useLive, useLiveState } from '../api/live.ts';
import { useLabels } from '../labels/useLabels.ts';
import { beijingText } from '../parts/texts.ts';
import { useNow } from '../parts/useNow.ts';

/** Says that what is shown may be old, and why, and asks for all of it anew when the connection is there again. */
export function LostBanner() {
  const { shell } = useLabels();
  const state = useLiveState();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const nowMs = useNow(60_000);
  const wasLost = useRef(false);
  const isLost = state.status === 'LOST' || state.status === 'FULL';
  useEffect(() => {
    if (wasLost.current && state.status === 'LIVE') {
      void message.success(shell.backAgain);
      void queries.invalidateQueries();
    }
    wasLost.current = isLost;
  }, [state.status, isLost, message, queries, shell.backAgain]);
  useLive(['reset'], () => void queries.invalidateQueries());
  if (state.status === 'FULL') {
    return <Alert banner type="warning" role="alert" data-testid="full" title={shell.fullBanner} />;
  }
  if (state.status !== 'LOST') return null;
  const since = beijingText(state.sinceMs, nowMs);
  return <Alert banner type="error" role="alert" data-testid="lost" title={shell.lostBanner(since)} />;
}
