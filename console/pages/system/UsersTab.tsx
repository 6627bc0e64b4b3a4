import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Flex, Tag, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import type { Fold } from '../../parts/foldColumns.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { Labels } from '../../labels/zh.ts';
import type { UserRow } from './queries.ts';
import { usersQuery } from './queries.ts';
import { UserDrawer } from './UserDrawer.tsx';
import { useReachText } from './useReachText.ts';
import { joined } from './joined.ts';

const route = getRouteApi('/system');
/** No user has this name. */
const NEW = '+';

const FOLDS: readonly Fold[] = [
  { column: 'totp', into: 'state', isNamed: true },
  { column: 'name', into: 'user' },
  { column: 'changed', into: 'state' },
];

export function UsersTab({ locked }: { readonly locked: string | null }) {
  const { system, codes, common } = useLabels();
  const { of } = route.useSearch();
  const navigate = route.useNavigate();
  const users = useQuery(usersQuery);
  const reachText = useReachText();
  const open = (name: string | undefined): void => void navigate({ search: (was) => ({ ...was, of: name }) });
  if (users.error) return <ProblemNote error={users.error} />;
  const rows = users.data?.items ?? [];
  const opened = rows.find(({ user }) => user === of) ?? null;
  const isNew = of === NEW && locked === null;
  return (
    <div className="dz-tab-fill">
      <Flex gap={12} align="center" style={{ marginBlockEnd: 12 }}>
        <Button type="primary" disabled={locked !== null} onClick={() => open(NEW)}>
          {system.addUser}
        </Button>
        {locked !== null && <Typography.Text type="secondary">{locked}</Typography.Text>}
      </Flex>
      {users.data?.items.length === 0 ? (
        <Nothing title={system.emptyUsers} text={system.emptyUsersText} />
      ) : (
        <LongTable<UserRow>
          rows={rows}
          rowKey="user"
          isLoading={users.isPending}
          onOpen={({ user }) => open(user)}
          folds={FOLDS}
          columns={[
            {
              key: 'user',
              title: system.userName,
              width: 140,
              ellipsis: true,
              render: (_, { user }) => user,
            },
            {
              key: 'name',
              title: system.displayName,
              width: 140,
              ellipsis: true,
              render: (_, { name }) => name,
            },
            {
              key: 'roles',
              title: system.roles,
              width: 180,
              ellipsis: true,
              render: (_, { roles }) =>
                joined(
                  system,
                  roles.map((role) => codes.role[role]),
                ),
            },
            {
              key: 'reach',
              title: system.reach,
              width: 200,
              ellipsis: true,
              render: (_, { reach }) => reachText(reach),
            },
            {
              key: 'state',
              title: system.userState,
              width: 136,
              render: (_, { disabled }) =>
                disabled ? <Tag>{system.userDisabled}</Tag> : <Tag color="success">{system.userActive}</Tag>,
            },
            {
              key: 'totp',
              title: system.totp,
              width: 120,
              render: (_, { hasTotp }) => (hasTotp ? system.totpOn : system.totpOff),
            },
            {
              key: 'changed',
              title: system.lastChange,
              width: 210,
              ellipsis: true,
              render: (_, { changedAt, changedBy }) => (
                <>
                  <BeijingTime at={changedAt} /> {changerText(changedBy, common)}
                </>
              ),
            },
          ]}
        />
      )}
      {(opened !== null || isNew) && (
        <UserDrawer key={of} user={opened} isNew={isNew} locked={locked} onClose={() => open(undefined)} />
      )}
    </div>
  );
}

const AT_THE_SERVER = 'cli:';

function changerText(by: string, { serverAccount }: Labels['common']): string {
  return by.startsWith(AT_THE_SERVER) ? serverAccount(by.slice(AT_THE_SERVER.length)) : by;
}
