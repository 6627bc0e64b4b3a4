import { useRef } from 'react';

/**
 * The Idempotency-Key of what somebody means to do: the same as long as they say the same, so that a second try after a lost
 * answer is the same request; another one when they say something else, or once an answer is there.
 */
export function useIntention(): {
  readonly keyFor: (said: unknown) => string;
  readonly settled: () => void;
} {
  const kept = useRef<{ readonly said: string; readonly key: string } | null>(null);
  return {
    keyFor: (said) => {
      const text = JSON.stringify(said);
      if (kept.current?.said !== text) kept.current = { said: text, key: crypto.randomUUID() };
      return kept.current.key;
    },
    settled: () => {
      kept.current = null;
    },
  };
}
