import type { TableProps, TableRef } from 'antd';
import { Table } from 'antd';
import type { KeyboardEvent, ReactNode } from 'react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useLabels } from '../labels/useLabels.ts';
import type { Fold, LongColumn } from './foldColumns.ts';
import { foldColumns, widthOf } from './foldColumns.ts';
import { useRowKeys } from './rowKeys.ts';
import { stackedColumn } from './stackedColumn.tsx';

const HEADER_PX = 48;
const LEAST_PX = 160;
const SELECTION_PX = 32;

type Props<Row extends object> = {
  readonly rows: readonly Row[];
  readonly rowKey: keyof Row & string;
  /** A virtual table does not measure its cells: each says how wide it is. */
  readonly columns: readonly LongColumn<Row>[];
  /** What gives way, and in which order, where the page is too narrow for all of them. */
  readonly folds: readonly Fold[];
  readonly isLoading?: boolean;
  /** Shown in place of rows. */
  readonly nothing?: ReactNode;
  /** A click or Enter on a row. */
  readonly onOpen?: (row: Row) => void;
  readonly selection?: NonNullable<TableProps<Row>['rowSelection']>;
  /** Calls for more when the end comes near. */
  readonly onNearEnd?: () => void;
  readonly onChange?: NonNullable<TableProps<Row>['onChange']>;
};

/** A table that fills the rest of its page and draws only the rows in sight: 100,000 of them scroll as ten do. */
export function LongTable<Row extends object>(props: Props<Row>) {
  const {
    rows,
    rowKey,
    columns,
    folds,
    isLoading = false,
    nothing,
    onOpen,
    selection,
    onNearEnd,
    onChange,
  } = props;
  const { common } = useLabels();
  const hasSelection = selection !== undefined;
  const box = useRef<HTMLDivElement>(null);
  const [{ height, room }, setSize] = useState({ height: LEAST_PX, room: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = new ResizeObserver(() =>
      setSize({
        height: Math.max(LEAST_PX, element.clientHeight - HEADER_PX),
        room: element.clientWidth - (hasSelection ? SELECTION_PX : 0),
      }),
    );
    measure.observe(element);
    return () => measure.disconnect();
  }, [hasSelection]);
  const shown = foldColumns(columns, folds, room);
  const table = useRef<TableRef>(null);
  const onRowKey = useRowKeys(table, { count: rows.length, keyOf: (index) => String(rows[index]?.[rowKey]) });
  return (
    <div ref={box} className="dz-fill" data-list tabIndex={-1}>
      <Table<Row>
        ref={table}
        size="middle"
        bordered={false}
        pagination={false}
        rowKey={rowKey}
        columns={shown.map((stack) => sortedByKeys(stackedColumn(stack)))}
        // Ant Design's tables take arrays that may be changed, and do not change them.
        dataSource={rows.slice()}
        loading={isLoading}
        // Without rows there is nothing to scroll, and nothing that a keyboard could scroll it by.
        {...(rows.length === 0 ? {} : { virtual: true, scroll: { x: widthOf(shown), y: height } })}
        // That there is nothing is known once somebody has answered.
        locale={{ emptyText: isLoading ? <div style={{ height: LEAST_PX }} /> : nothing }}
        {...(selection === undefined
          ? {}
          : {
              rowSelection: {
                ...selection,
                columnWidth: SELECTION_PX,
                getTitleCheckboxProps: () => ({ 'aria-label': common.selectAll }),
              },
            })}
        {...(onChange === undefined ? {} : { onChange })}
        {...(onOpen === undefined
          ? {}
          : { onRow: (row: Row, index = 0) => openedBy(() => onOpen(row), index, onRowKey) })}
        onScroll={({ currentTarget }) => {
          const { scrollTop, scrollHeight, clientHeight } = currentTarget;
          if (scrollHeight - scrollTop - clientHeight < 2 * clientHeight) onNearEnd?.();
        }}
      />
      <span data-list-end tabIndex={-1} />
    </div>
  );
}

function openedBy(open: () => void, index: number, onRowKey: ReturnType<typeof useRowKeys>) {
  return {
    className: 'dz-row-open',
    tabIndex: 0,
    onClick: open,
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => onRowKey(event, { index, open }),
  };
}

/** Headers that sort are told as buttons are, by Enter and by the space bar; Ant Design knows the one. */
function sortedByKeys<Row>(column: LongColumn<Row>): LongColumn<Row> {
  if (column.sorter === undefined) return column;
  return {
    ...column,
    onHeaderCell: () => ({
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        if (event.key !== ' ') return;
        event.preventDefault();
        event.currentTarget.click();
      },
    }),
  };
}
