import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { after } from './after.ts';
import { fetchInSession } from './client.ts';
import type { LiveEvent, LiveState } from './liveStream.ts';
import { LiveStream } from './liveStream.ts';

/** The one stream of this page: shell/App.tsx starts it with a login and stops it after one. */
export const live = new LiveStream({
  open: (lastEventId, signal) =>
    fetchInSession(
      new Request('/api/v1/stream', {
        signal,
        headers: lastEventId === null ? {} : { 'last-event-id': lastEventId },
      }),
    ),
  pause: (ms, signal) =>
    new Promise((resolve) => {
      const cancel = after(ms, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    }),
  after,
  now: Date.now,
  random: Math.random,
});

window.addEventListener('offline', () => live.drop());

/** Calls `listener` with each change of a topic; `reset` says that something may have been missed: ask again. */
export function useLive(topics: readonly string[], listener: (event: LiveEvent) => void): void {
  const heard = useEffectEvent((event: LiveEvent) => {
    if (topics.includes(event.topic)) listener(event);
  });
  useEffect(() => live.subscribe(heard), []);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.subscribeState, live.state);
}
