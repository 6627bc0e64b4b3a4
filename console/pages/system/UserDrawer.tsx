import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Divider, Drawer, Flex, Typography } from 'antd';
import { useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { useFocusBack } from '../../parts/useFocusBack.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { OnceShown } from './OnceShown.tsx';
import type { UserRow, UserStep } from './queries.ts';
import { addUser, changeUser, stepUser, usersChanged } from './queries.ts';
import type { TypedUser } from './UserForm.tsx';
import { UserForm } from './UserForm.tsx';
import { useUserDiff } from './useUserDiff.ts';

type Props = {
  readonly user: UserRow | null;
  readonly isNew: boolean;
  readonly locked: string | null;
  readonly onClose: () => void;
};

type Once = { readonly text: string; readonly hint: string };

/** One user: who they are, what they may do, and how they get in. */
export function UserDrawer({ user, isNew, locked, onClose }: Props) {
  const { system, common } = useLabels();
  useFocusBack();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const [once, setOnce] = useState<Once | null>(null);
  const diffOf = useUserDiff();
  const done = (text: string | null, hint: string): void => {
    usersChanged(queries);
    void message.success(system.userDone);
    if (text !== null) setOnce({ text, hint });
    else if (isNew) onClose();
  };
  const save = useMutation({
    mutationFn: async ({ user: name, password, ...wish }: TypedUser) => {
      if (user) return { password: null, user: await changeUser(user.user, wish) };
      return addUser({ ...wish, user: name, ...(password === '' ? {} : { password }) });
    },
    onSuccess: ({ password }) => done(password, system.oncePassword),
  });
  const step = useMutation({
    mutationFn: (what: UserStep) => stepUser(user?.user ?? '', what),
    onSuccess: (text, what) => done(text, what === 'totp' ? system.onceTotp : system.oncePassword),
  });
  const confirmed = (typed: TypedUser): void => {
    if (!user) return save.mutate(typed);
    const lines = diffOf(user, typed);
    if (lines.length === 0) return undefined;
    void modal.confirm({
      title: system.confirmUserChange(user.name),
      content: (
        <>
          {lines.map(({ label, before, after }) => (
            <p key={label}>
              {label}: <del>{before}</del> → <strong>{after}</strong>
            </p>
          ))}
          <Typography.Text type="secondary">{system.sessionsEnd}</Typography.Text>
        </>
      ),
      okText: system.apply,
      cancelText: common.cancel,
      onOk: () => save.mutateAsync(typed).catch(() => undefined),
    });
  };
  const ask = (what: UserStep, title: string): void =>
    void modal.confirm({
      title,
      content: system.sessionsEnd,
      okText: common.confirm,
      cancelText: common.cancel,
      onOk: () => step.mutateAsync(what).catch(() => undefined),
    });
  return (
    <Drawer open onClose={onClose} size={560} title={user ? system.editUser(user.name) : system.addUser}>
      {(save.error ?? step.error) && <ProblemNote error={save.error ?? step.error} />}
      <UserForm user={user} locked={locked} isSaving={save.isPending} onSave={confirmed} />
      {user && (
        <>
          <Divider />
          <Steps user={user} locked={locked} onAsk={ask} />
        </>
      )}
      {once && (
        <OnceShown
          {...once}
          onClose={() => {
            setOnce(null);
            if (isNew) onClose();
          }}
        />
      )}
    </Drawer>
  );
}

type StepsProps = {
  readonly user: UserRow;
  readonly locked: string | null;
  readonly onAsk: (what: UserStep, title: string) => void;
};

function Steps({ user: { name, disabled, hasTotp }, locked, onAsk }: StepsProps) {
  const { system } = useLabels();
  const off = locked !== null;
  return (
    <Flex vertical gap={8}>
      <Flex wrap gap={8}>
        <Button disabled={off} onClick={() => onAsk('password', system.confirmPassword(name))}>
          {system.resetPassword}
        </Button>
        <Button disabled={off} onClick={() => onAsk('totp', system.confirmTotp(name))}>
          {system.totpReset}
        </Button>
        {hasTotp && (
          <Button disabled={off} onClick={() => onAsk('totpOff', system.confirmTotpOff(name))}>
            {system.totpRemove}
          </Button>
        )}
        {disabled ? (
          <Button disabled={off} onClick={() => onAsk('enable', system.confirmEnable(name))}>
            {system.enable}
          </Button>
        ) : (
          <Button danger disabled={off} onClick={() => onAsk('disable', system.confirmDisable(name))}>
            {system.disable}
          </Button>
        )}
      </Flex>
      <Typography.Text type="secondary">{locked ?? system.sessionsEnd}</Typography.Text>
    </Flex>
  );
}
