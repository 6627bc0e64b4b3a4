import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { after } from './after.ts';
import { fetchInSession } from './client.ts';
import type { LiveEvent, LiveState } from './liveStream.ts';
import { LiveStream } from './liveStream.ts';

/** A stream of its own, which whoever makes it starts and stops. */
export function newLiveStream(path: string): LiveStream {
  return new LiveStream({
    open: (lastEventId, signal) =>
      fetchInSession(
        new Request(path, {
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
}

/** The one stream of all pages: shell/App.tsx starts it with a login and stops it after one. */
export const live = newLiveStream('/api/v1/stream');

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
