import { Button, Modal, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';

type Props = { readonly text: string; readonly hint: string; readonly onClose: () => void };

/** A password or a secret of one-time codes: it is told by one answer, and nowhere kept. */
export function OnceShown({ text, hint, onClose }: Props) {
  const { system } = useLabels();
  return (
    <Modal
      open
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      title={system.onceTitle}
      footer={
        <Button type="primary" onClick={onClose}>
          {system.onceClosed}
        </Button>
      }
    >
      <Typography.Paragraph>{hint}</Typography.Paragraph>
      <Typography.Paragraph
        className="dz-id"
        data-once
        copyable={{ text }}
        style={{ wordBreak: 'break-all' }}
      >
        {text}
      </Typography.Paragraph>
    </Modal>
  );
}
