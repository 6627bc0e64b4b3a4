import { useEffect, useState } from 'react';

/** In what is shown over a page and unmounted to close it: whoever closes it goes on where they were. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (!(before instanceof HTMLElement) || before === document.body) return;
      before.focus();
      // The button may be disabled by what it did.
      if (document.activeElement === document.body)
        before.closest<HTMLElement>('[tabindex="-1"]')?.focus({ preventScroll: true });
    },
    [before],
  );
}
