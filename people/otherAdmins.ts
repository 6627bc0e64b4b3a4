import type { Principal } from '../domain/principal.ts';
import { reachesAll } from '../domain/principal.ts';
import type { OtherAdmins } from '../domain/settingsProposals.ts';
import { reachedMerchants } from '../domain/user.ts';
import type { PeopleDeps } from './people.ts';

type AdminDeps = Pick<PeopleDeps, 'users' | 'merchants'> & {
  /** People of the demo, who are known by tokens. */
  readonly demo: readonly Principal[];
  /** Whom a provider lets in it alone knows: there may be somebody. */
  readonly hasProvider: boolean;
};

/** Who could agree to what an administrator proposes. */
export function otherAdmins({ users, merchants, demo, hasProvider }: AdminDeps): OtherAdmins {
  return {
    async areThere(userId, hospitals) {
      if (hasProvider) return true;
      const ours = (await users.all())
        .filter(({ disabled }) => !disabled)
        .map((user) => ({
          userId: user.userId,
          roles: new Set(user.roles),
          merchants: reachedMerchants(user.reach, merchants),
        }));
      return [...ours, ...demo].some(
        (other) => other.userId !== userId && other.roles.has('admin') && reachesAll(other, hospitals),
      );
    },
    async accountOf(userId) {
      const user = await users.byId(userId);
      return user && { changedBy: user.changedBy, changedAtMs: user.changedAtMs };
    },
  };
}
