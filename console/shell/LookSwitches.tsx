import { GlobalOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Space } from 'antd';
import { useLabels } from '../labels/useLabels.ts';
import { setLook, useLook } from './look.ts';

/** Language and theme. */
export function LookSwitches() {
  const { shell } = useLabels();
  const { theme, language } = useLook();
  const other = theme === 'light' ? 'dark' : 'light';
  return (
    <Space size={4}>
      <Button
        type="text"
        icon={<GlobalOutlined />}
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => setLook({ language: language === 'zh' ? 'en' : 'zh' })}
      >
        {shell.switchLanguage}
      </Button>
      <Button
        type="text"
        aria-label={shell[other]}
        title={shell[other]}
        icon={theme === 'light' ? <MoonOutlined /> : <SunOutlined />}
        onClick={() => setLook({ theme: other })}
      />
    </Space>
  );
}
