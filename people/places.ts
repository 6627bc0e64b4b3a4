import { DuizhangError } from '../domain/errors.ts';
import type { Places } from './people.ts';

/** Some seconds of work for one process. */
const MOST_LOGINS = 24;

/** However many ask at once, memory and waiting are bounded: the others are refused before anything is looked at. */
export function loginPlaces(most = MOST_LOGINS): Places {
  let taken = 0;
  return {
    enter() {
      if (taken >= most) {
        throw new DuizhangError('DZ_LOGIN_BUSY', 'too many log in at once; try again in some seconds', {
          messageZh: '登录人数过多，请几秒后再试',
        });
      }
      taken += 1;
      return () => {
        taken -= 1;
      };
    },
  };
}
