import { DeleteOutlined } from '@ant-design/icons';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Flex, Form, Input, Popover, Typography } from 'antd';
import { useRef, useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import type { SavedView } from './savedViews.ts';
import { readViews, writeViews } from './savedViews.ts';

const route = getRouteApi('/exceptions');

/** Filters that somebody uses again and again, kept in this browser. */
export function SavedViews() {
  const { exceptions: words } = useLabels();
  const [views, setViews] = useState(readViews);
  const button = useRef<HTMLButtonElement>(null);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const keep = (changed: readonly SavedView[]) => {
    writeViews(changed);
    setViews(changed);
  };
  const save = ({ name }: { readonly name: string }) => {
    const { tab: _, order: __, ...filter } = search;
    keep([{ name: name.trim(), search: filter }, ...views.filter((view) => view.name !== name.trim())]);
  };
  const content = (
    <div style={{ width: 260 }}>
      {views.length === 0 && <Typography.Paragraph type="secondary">{words.noViews}</Typography.Paragraph>}
      {views.map((view) => (
        <Flex key={view.name} justify="space-between">
          <Button
            type="link"
            onClick={() => void navigate({ search: ({ hospital }) => ({ hospital, ...view.search }) })}
          >
            {view.name}
          </Button>
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={words.deleteView(view.name)}
            onClick={() => keep(views.filter((other) => other !== view))}
          />
        </Flex>
      ))}
      <Form<{ name: string }> layout="inline" onFinish={save}>
        <Form.Item
          name="name"
          rules={[{ required: true, whitespace: true, message: words.viewNameRequired }]}
        >
          <Input
            aria-label={words.viewName}
            placeholder={words.viewName}
            maxLength={30}
            style={{ width: 116 }}
            autoFocus
          />
        </Form.Item>
        <Button htmlType="submit">{words.saveView}</Button>
      </Form>
    </div>
  );
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      content={content}
      // It lies at the end of the page: the keyboard is led into it, and back.
      destroyOnHidden
      onOpenChange={(isOpen) => {
        if (!isOpen) button.current?.focus();
      }}
    >
      <Button ref={button}>{words.views}</Button>
    </Popover>
  );
}
