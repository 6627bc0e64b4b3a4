import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { useLabels } from '../labels/useLabels.ts';

/** What the tab of the browser says. */
export function useTitle(title: string): void {
  const { common } = useLabels();
  useEffect(() => {
    document.title = `${title} - ${common.product}`;
  }, [title, common.product]);
}

type Props = {
  readonly title: string;
  /** Beside the title: filters and buttons. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
};

/** The frame of every page: its title, its tools, and what is below them, which may fill the rest (`dz-fill`). */
export function Page({ title, tools, children }: Props) {
  useTitle(title);
  return (
    <>
      <Flex wrap align="center" justify="space-between" gap={12} style={{ marginBlockEnd: 16 }}>
        <Typography.Title level={1} style={{ fontSize: 20, margin: 0 }}>
          {title}
        </Typography.Title>
        {tools}
      </Flex>
      {children}
    </>
  );
}
