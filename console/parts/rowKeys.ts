import type { TableRef } from 'antd';
import type { KeyboardEvent, RefObject } from 'react';
import { useRef } from 'react';

/** A row that is not drawn after so many frames is not waited for: it may have gone. */
const PATIENT_FRAMES = 30;

type Row = {
  readonly index: number;
  readonly open: () => void;
};
type Rows = {
  readonly count: number;
  /** What stands as `data-row-key` on a row that is drawn. */
  readonly keyOf: (index: number) => string;
};

/**
 * Keys on a row of a long list: Enter and the space bar open it, the arrows go to the next one, and Tab leads through what stands
 * in it and then out of the list: nobody walks through a thousand rows to what stands below them. Page up and down go by what is in
 * sight, Home and End to the first and the last. Rows are counted, not looked for: keys may be ahead of what is drawn.
 */
export function useRowKeys(
  table: RefObject<TableRef | null>,
  { count, keyOf }: Rows,
): (event: KeyboardEvent<HTMLElement>, row: Row) => void {
  /** Where the keys have led to; null: where the focus is. */
  const goal = useRef<number | null>(null);

  function focusGoal(frames: number): void {
    const list = table.current?.nativeElement;
    if (goal.current === null || list === undefined) return;
    const row = list.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(keyOf(goal.current))}"]`);
    row?.focus({ preventScroll: true });
    if (row === null && frames > 0) requestAnimationFrame(() => focusGoal(frames - 1));
    else goal.current = null;
  }

  return (event, { index, open }) => {
    const { key, currentTarget: row, target } = event;
    if (key === 'Tab') {
      if (leaveFrom(row, target, event.shiftKey)) event.preventDefault();
      return;
    }
    if (target !== row) return;
    const step = stepOf(key, row);
    if (step !== null) {
      const isUnderway = goal.current !== null;
      goal.current = Math.min(count - 1, Math.max(0, (goal.current ?? index) + step));
      table.current?.scrollTo({ index: goal.current });
      if (!isUnderway) focusGoal(PATIENT_FRAMES);
    } else if (key === 'Enter' || key === ' ') open();
    else return;
    event.preventDefault();
  };
}

/** By how many rows a key goes on; null: it is another key. */
function stepOf(key: string, row: HTMLElement): number | null {
  switch (key) {
    case 'ArrowDown':
      return 1;
    case 'ArrowUp':
      return -1;
    case 'PageDown':
      return rowsInSight(row);
    case 'PageUp':
      return -rowsInSight(row);
    case 'Home':
      return -Infinity;
    case 'End':
      return Infinity;
    default:
      return null;
  }
}

/** But one, which stays in sight. */
function rowsInSight(row: HTMLElement): number {
  const sight = row.closest('.ant-table-tbody-virtual-holder')?.clientHeight ?? 0;
  return Math.max(1, Math.floor(sight / row.offsetHeight) - 1);
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
