import { UserOutlined } from '@ant-design/icons';
import { useSuspenseQuery } from '@tanstack/react-query';
import { api, session } from '../api/client.ts';
import { meQuery } from '../api/queries.ts';
import { useLabels } from '../labels/useLabels.ts';
import { MenuButton } from '../parts/MenuButton.tsx';

export function AccountMenu() {
  const { shell, codes } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const roles = me.roles.map((role) => codes.role[role]).join('、');
  return (
    <MenuButton
      type="text"
      icon={<UserOutlined />}
      aria-label={`${shell.account} ${me.name}`}
      items={[
        { key: 'who', type: 'group', label: `${me.name} · ${roles}` },
        { type: 'divider' },
        { key: 'docs', label: shell.apiDocs },
        { key: 'out', label: shell.logOut, danger: true },
      ]}
      onChoose={(key) => {
        if (key === 'docs') window.open('/docs', '_blank', 'noopener');
        if (key === 'out') void logOut();
      }}
    >
      {me.name}
    </MenuButton>
  );
}

/** The tokens are forgotten even when nobody can be told. */
async function logOut(): Promise<void> {
  await api.DELETE('/api/v1/sessions/current').catch(() => null);
  session.end('LOGGED_OUT');
}
