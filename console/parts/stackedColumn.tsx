import type { ReactNode } from 'react';
import { useLabels } from '../labels/useLabels.ts';
import type { Line, LongColumn, Stack } from './foldColumns.ts';

/** A column as the table takes it, whose cells say what stands below them, too. */
export function stackedColumn<Row>({ column, width, below }: Stack<Row>): LongColumn<Row> {
  if (below.length === 0) return { ...column, width };
  const { render, ellipsis, align } = column;
  return {
    ...column,
    width,
    ellipsis: false,
    render: (value, row) => (
      <>
        <div className={ellipsis === true ? 'dz-cut' : undefined}>{render(value, row)}</div>
        <div className={align === 'right' ? 'dz-below dz-below-right' : 'dz-below'}>
          {below.map((line) => (
            <Said key={line.column.key} line={line} said={line.column.render(undefined, row)} />
          ))}
        </div>
      </>
    ),
  };
}

/** Its header is gone: it is said to whoever points at it. */
function Said<Row>({ line, said }: { readonly line: Line<Row>; readonly said: ReactNode }) {
  const { none } = useLabels().common;
  const { column, isNamed } = line;
  if (said === none || said === '') return null;
  return (
    <span title={column.title}>
      {isNamed && `${column.title} `}
      {said}
    </span>
  );
}
