import { useEffect, useState, useSyncExternalStore } from 'react';
import { newLiveStream } from '../../api/live.ts';
import type { LiveState } from '../../api/liveStream.ts';
import { batchOf } from './verdictBatch.ts';
import type { BoardState } from './VerdictBoard.ts';
import { VerdictBoard } from './VerdictBoard.ts';

const TICK_MS = 5_000;

/** Verdicts as they come, while the page is open: a stream of its own, since nobody else needs them. */
export function useVerdicts(merchantId: string | undefined): {
  readonly board: VerdictBoard;
  readonly state: BoardState;
  readonly line: LiveState;
} {
  const [board] = useState(() => new VerdictBoard(Date.now));
  const [stream] = useState(() => newLiveStream('/api/v1/stream?topic=verdicts'));
  useEffect(() => board.follow(merchantId), [board, merchantId]);
  useEffect(() => {
    const leave = stream.subscribe(({ topic, data }) => {
      const batch = topic === 'verdicts' ? batchOf(data) : null;
      if (batch) board.take(batch);
      if (topic === 'reset') board.missed();
    });
    const timer = window.setInterval(() => board.tick(), TICK_MS);
    stream.start();
    return () => {
      leave();
      window.clearInterval(timer);
      stream.stop();
    };
  }, [board, stream]);
  const state = useSyncExternalStore(board.subscribe, board.state);
  const line = useSyncExternalStore(stream.subscribeState, stream.state);
  return { board, state, line };
}
