import type { KeyboardEvent } from 'react';

/**
 * Keys on a row of a long list: Enter and the space bar open it, the arrows go to the next one, and Tab leads through what stands
 * in it and then out of the list: nobody walks through a thousand rows to what stands below them.
 */
export function onRowKey(event: KeyboardEvent<HTMLElement>, open: () => void): void {
  const { key, currentTarget: row, target } = event;
  if (key === 'Tab') {
    if (leaveFrom(row, target, event.shiftKey)) event.preventDefault();
    return;
  }
  if (target !== row) return;
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[key];
  if (next instanceof HTMLElement) next.focus();
  else if (key === 'Enter' || key === ' ') open();
  else return;
  event.preventDefault();
}

/** @returns whether the focus is where it belongs; else the browser takes it on from where it was put */
function leaveFrom(row: HTMLElement, target: EventTarget, isBack: boolean): boolean {
  const stops = [row, ...row.querySelectorAll<HTMLElement>('a, button:enabled, input:enabled')];
  if (target !== (isBack ? row : stops.at(-1))) return false;
  const list = row.closest<HTMLElement>('[data-list]');
  const headers = list?.querySelectorAll<HTMLElement>('thead :is(input, [tabindex="0"])') ?? [];
  const header = isBack ? [...headers].at(-1) : undefined;
  const edge = isBack ? list : list?.querySelector<HTMLElement>('[data-list-end]');
  (header ?? edge)?.focus({ preventScroll: true });
  return header !== undefined;
}
