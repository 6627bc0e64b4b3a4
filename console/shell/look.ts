import { useSyncExternalStore } from 'react';

export type Look = { readonly theme: 'light' | 'dark'; readonly language: 'zh' | 'en' };

const KEY = 'duizhang-look';
const listeners = new Set<() => void>();
let look: Look = readLook();

/** Theme and language: the only thing that stays in the browser. */
export function useLook(): Look {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => look,
  );
}

export function setLook(change: Partial<Look>): void {
  look = { ...look, ...change };
  try {
    window.localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
  for (const listener of listeners) listener();
}

function readLook(): Look {
  const wished = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? '{}');
    const { theme, language }: { theme?: unknown; language?: unknown } =
      typeof kept === 'object' && kept !== null ? kept : {};
    return {
      theme: theme === 'dark' || theme === 'light' ? theme : wished,
      language: language === 'en' ? 'en' : 'zh',
    };
  } catch {
    return { theme: wished, language: 'zh' };
  }
}
