import { useLabels } from '../../labels/useLabels.ts';
import type { UserRow } from './queries.ts';
import type { TypedUser } from './UserForm.tsx';
import { useReachText } from './useReachText.ts';
import { joined } from './joined.ts';

type Line = { readonly label: string; readonly before: string; readonly after: string };

/** What somebody changes of a user, in words. */
export function useUserDiff(): (user: UserRow, typed: TypedUser) => readonly Line[] {
  const { system, codes } = useLabels();
  const reachText = useReachText();
  return (user, typed) => {
    const rolesText = (roles: UserRow['roles']): string =>
      joined(
        system,
        roles.map((role) => codes.role[role]),
      );
    const lines = [
      { label: system.displayName, before: user.name, after: typed.name },
      { label: system.roles, before: rolesText(user.roles), after: rolesText([...typed.roles]) },
      { label: system.reach, before: reachText(user.reach), after: reachText(typed.reach) },
    ];
    return lines.filter(({ before, after }) => before !== after);
  };
}
