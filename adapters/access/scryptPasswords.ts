import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Passwords } from '../../domain/accessPorts.ts';
import { passwordText } from '../../domain/passwordRules.ts';

export type ScryptCost = { readonly ln: number; readonly r: number; readonly p: number };

/** 32 MiB and a quarter of a second (OWASP, Password Storage Cheat Sheet: N=2^15, r=8, p=3). */
const COST: ScryptCost = { ln: 15, r: 8, p: 3 };
/** Of 32 MiB each, and half of the threads that files and zlib need, too. The others wait. */
const AT_ONCE = 2;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,})\$([A-Za-z0-9+/]{32,})$/;

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

/** Passwords as scrypt hashes (RFC 7914) in PHC form. @param cost of new hashes; stored ones name theirs */
export function scryptPasswords(cost: ScryptCost = COST): Passwords {
  const inTurn = turns(AT_ONCE);
  const hashed = (password: string, salt: Uint8Array, { ln, r, p }: ScryptCost): Promise<Buffer> => {
    const N = 2 ** ln;
    // Node's own limit leaves no room for the parameters' exact need.
    const options = { N, r, p, maxmem: 256 * N * r };
    return inTurn(() => derive(passwordText(password), salt, HASH_BYTES, options));
  };
  const nobodys = phcOf(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES), cost);
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      return phcOf(salt, await hashed(password, salt, cost), cost);
    },
    async isRight(password, stored) {
      const { salt, hash, cost: own } = partsOf(stored ?? nobodys);
      const isSame = timingSafeEqual(await hashed(password, salt, own), hash);
      return isSame && stored !== null;
    },
  };
}

function phcOf(salt: Buffer, hash: Buffer, { ln, r, p }: ScryptCost): string {
  const text = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=${ln},r=${r},p=${p}$${text(salt)}$${text(hash)}`;
}

function partsOf(phc: string): { readonly salt: Buffer; readonly hash: Buffer; readonly cost: ScryptCost } {
  const [, ln, r, p, salt = '', hash = ''] = PHC.exec(phc) ?? [];
  const bytes = Buffer.from(hash, 'base64');
  if (bytes.length !== HASH_BYTES) throw new Error('a password hash on record is none of scrypt in PHC form');
  return {
    salt: Buffer.from(salt, 'base64'),
    hash: bytes,
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
  };
}

/** Runs at most so many at once, in the order in which they came. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // A place is handed on as it is: nobody gets between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
