import { Card, Typography } from 'antd';
import type { ReactNode } from 'react';

type Props = {
  readonly title: string;
  readonly value: ReactNode;
  readonly note: ReactNode;
  readonly name?: string;
};

/** A number that a page begins with, and what stands behind it. */
export function Figure({ title, value, note, name }: Props) {
  return (
    <Card size="small" style={{ flex: '1 1 150px' }} data-figure={name}>
      <Typography.Text type="secondary">{title}</Typography.Text>
      <div className="dz-number" style={{ fontSize: 22, fontWeight: 600, lineHeight: '32px' }}>
        {value}
      </div>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {note}
      </Typography.Text>
    </Card>
  );
}
