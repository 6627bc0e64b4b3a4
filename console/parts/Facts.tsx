import { Descriptions } from 'antd';
import type { ReactNode } from 'react';

type Props = { readonly facts: readonly (readonly [label: string, value: ReactNode])[] };

/** What is known of one thing, a line each: in drawers and dialogs. */
export function Facts({ facts }: Props) {
  return (
    <Descriptions
      column={1}
      size="small"
      bordered
      styles={{ label: { whiteSpace: 'nowrap', width: 120 } }}
      items={facts.map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}
