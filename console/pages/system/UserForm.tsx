import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Radio, Select } from 'antd';
import type { Role } from '../../../domain/principal.ts';
import { ROLES } from '../../../domain/principal.ts';
import { merchantsQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { UserRow } from './queries.ts';
import { useMerchants } from './useMerchants.ts';

export type TypedUser = {
  readonly user: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly reach: UserRow['reach'];
  /** '': one is made. */
  readonly password: string;
};

type Fields = {
  user: string;
  name?: string;
  roles: Role[];
  scope: 'ALL' | 'SOME';
  merchants?: string[];
  isvs?: string[];
  how: 'MADE' | 'TYPED';
  password?: string;
};

type Props = {
  readonly user: UserRow | null;
  readonly locked: string | null;
  readonly isSaving: boolean;
  readonly onSave: (typed: TypedUser) => void;
};

export function UserForm({ user, locked, isSaving, onSave }: Props) {
  const { system, codes } = useLabels();
  const hospitals = useMerchants();
  const isvs = useIsvs();
  const [form] = Form.useForm<Fields>();
  const scope = Form.useWatch('scope', form);
  const how = Form.useWatch('how', form);
  const first: Fields = {
    user: user?.user ?? '',
    name: user?.name ?? '',
    roles: user?.roles ?? [],
    scope: user !== null && user.reach === null ? 'ALL' : 'SOME',
    merchants: user?.reach?.merchants ?? [],
    isvs: user?.reach?.isvs ?? [],
    how: 'MADE',
  };
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      disabled={locked !== null}
      initialValues={first}
      onFinish={(fields) => onSave(typedOf(fields))}
    >
      {user === null && (
        <Form.Item
          name="user"
          label={system.userName}
          extra={system.userNameHint}
          rules={[{ required: true, whitespace: true, message: system.userNameHint }]}
        >
          <Input maxLength={64} autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="name" label={system.displayName}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="roles" label={system.roles} rules={[{ required: true, message: system.roles }]}>
        <Select mode="multiple" options={ROLES.map((role) => ({ value: role, label: codes.role[role] }))} />
      </Form.Item>
      <Form.Item name="scope" label={system.reach}>
        <Radio.Group
          options={[
            { value: 'ALL', label: system.reachAll },
            { value: 'SOME', label: system.reachSome },
          ]}
        />
      </Form.Item>
      {scope === 'SOME' && (
        <>
          <Form.Item name="merchants" label={system.reachHospitals}>
            <Select mode="multiple" options={[...hospitals]} showSearch={{ optionFilterProp: 'label' }} />
          </Form.Item>
          {isvs.length > 0 && (
            <Form.Item name="isvs" label={system.reachIsvs}>
              <Select mode="multiple" options={isvs.map((isv) => ({ value: isv, label: isv }))} />
            </Form.Item>
          )}
        </>
      )}
      {user === null && (
        <Form.Item name="how" label={system.password}>
          <Radio.Group
            options={[
              { value: 'MADE', label: system.passwordMade },
              { value: 'TYPED', label: system.passwordTyped },
            ]}
          />
        </Form.Item>
      )}
      {user === null && how === 'TYPED' && (
        <Form.Item
          name="password"
          label={system.passwordTyped}
          extra={system.passwordHint}
          rules={[{ required: true, message: system.passwordHint }]}
        >
          <Input.Password autoComplete="new-password" maxLength={128} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" loading={isSaving}>
        {system.save}
      </Button>
    </Form>
  );
}

function typedOf({
  user,
  name = '',
  roles,
  scope,
  merchants = [],
  isvs = [],
  password = '',
}: Fields): TypedUser {
  const id = user.trim();
  return {
    user: id,
    name: name.trim() === '' ? id : name.trim(),
    roles: ROLES.filter((role) => roles.includes(role)),
    reach: scope === 'ALL' ? null : { merchants, isvs },
    password,
  };
}

function useIsvs(): readonly string[] {
  const { data } = useQuery(merchantsQuery);
  const all = (data?.items ?? []).flatMap(({ isv }) => (isv === null ? [] : [isv]));
  return [...new Set(all)];
}
