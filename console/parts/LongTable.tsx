import type { TableProps } from 'antd';
import { Table } from 'antd';
import type { KeyboardEvent, ReactNode } from 'react';
import { useLayoutEffect, useRef, useState } from 'react';

const HEADER_PX = 48;
const LEAST_PX = 160;

type Props<Row extends object> = {
  readonly rows: readonly Row[];
  readonly rowKey: keyof Row & string;
  /** Each with a width in pixels: a virtual table does not measure its cells. */
  readonly columns: NonNullable<TableProps<Row>['columns']>;
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
  const { rows, rowKey, columns, isLoading = false, nothing, onOpen, selection, onNearEnd, onChange } = props;
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(LEAST_PX);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = new ResizeObserver(() => setHeight(Math.max(LEAST_PX, element.clientHeight - HEADER_PX)));
    measure.observe(element);
    return () => measure.disconnect();
  }, []);
  const width = columns.reduce(
    (sum, column) => sum + (typeof column.width === 'number' ? column.width : 120),
    0,
  );
  return (
    <div ref={box} className="dz-fill">
      <Table<Row>
        size="middle"
        bordered={false}
        pagination={false}
        rowKey={rowKey}
        // Widths are those of what stands below; without rows they would only push the page wide.
        columns={rows.length === 0 ? columns.map((column) => ({ ...column, width: 'auto' })) : columns}
        // Ant Design's tables take arrays that may be changed, and do not change them.
        dataSource={rows.slice()}
        loading={isLoading}
        // Without rows there is nothing to scroll, and nothing that a keyboard could scroll it by.
        {...(rows.length === 0 ? {} : { virtual: true, scroll: { x: width, y: height } })}
        // That there is nothing is known once somebody has answered.
        locale={{ emptyText: isLoading ? <div style={{ height: LEAST_PX }} /> : nothing }}
        {...(selection === undefined ? {} : { rowSelection: selection })}
        {...(onChange === undefined ? {} : { onChange })}
        {...(onOpen === undefined ? {} : { onRow: (row: Row) => openedBy(() => onOpen(row)) })}
        onScroll={({ currentTarget }) => {
          const { scrollTop, scrollHeight, clientHeight } = currentTarget;
          if (scrollHeight - scrollTop - clientHeight < 2 * clientHeight) onNearEnd?.();
        }}
      />
    </div>
  );
}

function openedBy(open: () => void) {
  return {
    className: 'dz-row-open',
    tabIndex: 0,
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
      event.preventDefault();
      open();
    },
  };
}
