import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Form, Input, Modal, Skeleton } from 'antd';
import { useState } from 'react';
import { ApiProblem } from '../../api/problem.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useFocusBack } from '../../parts/useFocusBack.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useOnce } from '../../parts/useOnce.ts';
import { DiffTable } from './DiffTable.tsx';
import { fieldLabel, hospitalOf } from './fields.ts';
import type { Preview, Wish } from './queries.ts';
import { changeSettings, previewSettings, proposeSettings, settingsChanged } from './queries.ts';
import { joined } from './joined.ts';

type Props = {
  readonly base: number;
  readonly wishes: readonly Wish[];
  readonly onClose: () => void;
  /** @param proposed null: it counts already */
  readonly onDone: (proposed: string | null) => void;
};

/** What a change comes to, as the server has checked it; it is done, or proposed to a second administrator, with a reason. */
export function ConfirmChange({ base, wishes, onClose, onDone }: Props) {
  const { system, common } = useLabels();
  useFocusBack();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ reason: string }>();
  // One intention, however often it is sent.
  const [key] = useState(() => crypto.randomUUID());
  const preview = useQuery({
    queryKey: ['settings', 'preview', base, key],
    queryFn: () => previewSettings(base, wishes),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const needsSecond = preview.data?.second === 'NEEDED';
  const isStuck = preview.data?.second === 'NOBODY';
  const change = useMutation({
    mutationFn: async ({ reason }: { reason: string }): Promise<string | null> => {
      const said = { base, changes: wishes, reason: reason.trim(), key };
      if (needsSecond) return (await proposeSettings(said)).proposalId;
      await changeSettings(said);
      return null;
    },
    onSuccess: (proposed) => {
      void message.success(needsSecond ? system.proposals.submitted : system.applied);
      onDone(proposed);
    },
  });
  const changeOnce = useOnce(change);
  const error = change.error ?? preview.error;
  const isOld = error instanceof ApiProblem && error.code === 'DZ_SETTINGS_CHANGED';
  return (
    <Modal
      open
      width={680}
      title={system.diffTitle}
      onCancel={onClose}
      okText={needsSecond ? system.proposals.submit : system.apply}
      cancelText={common.cancel}
      okButtonProps={{ disabled: !preview.data || isOld || isStuck, loading: change.isPending }}
      onOk={() => form.submit()}
    >
      {error && <ProblemNote error={error} />}
      {isOld && (
        <Button
          onClick={() => {
            settingsChanged(queries);
            onClose();
          }}
        >
          {system.reload}
        </Button>
      )}
      {preview.isPending && <Skeleton active />}
      {preview.data && (
        <>
          <Second second={preview.data.second} />
          <Warnings warnings={preview.data.warnings} />
          <DiffTable diff={preview.data.diff} />
          <Form form={form} layout="vertical" style={{ marginBlockStart: 16 }} onFinish={changeOnce}>
            <Form.Item
              name="reason"
              label={system.reason}
              rules={[{ required: true, whitespace: true, message: system.reasonRequired }]}
            >
              <Input.TextArea rows={2} maxLength={500} placeholder={system.reasonPlaceholder} />
            </Form.Item>
          </Form>
        </>
      )}
    </Modal>
  );
}

/** What one administrator may not do alone. */
function Second({ second }: Pick<Preview, 'second'>) {
  const { proposals: words } = useLabels().system;
  if (second === 'NOT_NEEDED') return null;
  const [type, title] =
    second === 'NEEDED' ? (['info', words.needed] as const) : (['error', words.nobody] as const);
  return <Alert showIcon type={type} style={{ marginBlockEnd: 8 }} title={title} />;
}

/** Nothing that anybody would regret. */
const ONLY_TOLD: ReadonlySet<string> = new Set(['PROVISIONAL_ONLY', 'NEXT_CLOSE', 'HOSPITAL_NEW']);

function Warnings({ warnings }: Pick<Preview, 'warnings'>) {
  const labels = useLabels();
  const { system } = labels;
  const nameOf = useMerchantName();
  const named = (path: string): string => {
    const hospital = hospitalOf(path);
    return `${hospital === null ? '' : system.hospitalOnly(nameOf(hospital))}${fieldLabel(path, labels)}`;
  };
  return warnings.map(({ code, paths }) => (
    <Alert
      key={code}
      showIcon
      type={ONLY_TOLD.has(code) ? 'info' : 'warning'}
      style={{ marginBlockEnd: 8 }}
      title={system.warnings[code]}
      {...(paths.length === 0 ? {} : { description: joined(system, paths.map(named)) })}
    />
  ));
}
