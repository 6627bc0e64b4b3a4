import type { Labels } from '../../labels/zh.ts';
import type { AuditRow } from './queries.ts';

/** Who it was: a user by name, and whoever is no user by what they are. */
export function whoText({ user, via }: Pick<AuditRow, 'user' | 'via'>, { audit, common }: Labels): string {
  if (user === '') return audit.nobody;
  switch (via) {
    case 'API':
      return user;
    case 'MACHINE':
      return audit.machine(user);
    case 'CLI':
      return common.serverAccount(user);
    case 'SYSTEM':
      return audit.process[user] ?? audit.otherProcess(user);
  }
}
