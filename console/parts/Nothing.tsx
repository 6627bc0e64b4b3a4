import { Empty } from 'antd';
import type { ReactNode } from 'react';

type Props = {
  readonly title: string;
  /** What to do, or what will be here. */
  readonly text?: string;
  readonly children?: ReactNode;
};

/** The one way to say that there is nothing, and why. */
export function Nothing({ title, text, children }: Props) {
  const description = (
    <>
      <div>{title}</div>
      {text !== undefined && <div>{text}</div>}
    </>
  );
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={description}>
      {children}
    </Empty>
  );
}
