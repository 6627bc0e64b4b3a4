import type { ButtonProps, MenuProps } from 'antd';
import { Button, Dropdown } from 'antd';
import { useRef } from 'react';

type Props = Omit<ButtonProps, 'onClick'> & {
  readonly items: NonNullable<MenuProps['items']>;
  readonly onChoose: (key: string) => void;
};

/** A button with a menu below it, which opens under the mouse and under the keyboard alike. */
export function MenuButton({ items, onChoose, ...button }: Props) {
  const ref = useRef<HTMLButtonElement>(null);
  return (
    <Dropdown
      trigger={['click']}
      autoFocus
      menu={{ items, onClick: ({ key }) => onChoose(key) }}
      // By Escape the focus would stay in what is no longer seen.
      onOpenChange={(isOpen) => {
        if (!isOpen) ref.current?.focus();
      }}
    >
      <Button ref={ref} {...button} />
    </Dropdown>
  );
}
