import { randomUUID } from 'node:crypto';
import { lstatSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';
import type { SecretDesk, SecretInfo } from '../../domain/secretDesk.ts';
import type { Config } from '../config/loadConfig.ts';
import type { NamedSecret } from './namedSecrets.ts';
import { materialOf, namedSecrets } from './namedSecrets.ts';
import { secretPath } from './secrets.ts';

export type SecretDeskParts = {
  /** The configuration as its file is now: secrets that it names since the start are named, too. */
  readonly config: () => Config;
  readonly env: NodeJS.ProcessEnv;
  /** When the processes read their secrets. */
  readonly startedAtMs: number;
};

/** Secrets as administrators see and replace them: all but what they say. */
export function secretDesk({ config, env, startedAtMs }: SecretDeskParts): SecretDesk {
  const byName = () => Map.groupBy(namedSecrets(config(), env), nameOf);
  const infoOf = (name: string, places: readonly NamedSecret[]): SecretInfo => {
    const [first] = places;
    const isFile = first?.raw.keyFile !== undefined;
    const stats = first && isFile ? statSync(secretPath(name, first), { throwIfNoEntry: false }) : undefined;
    return {
      name,
      kind: isFile ? 'FILE' : 'ENVIRONMENT',
      places: places.map(({ at }) => at),
      fault: faultOf(places),
      changedAtMs: stats === undefined ? null : Math.trunc(stats.mtimeMs),
      waitsForRestart: stats !== undefined && stats.mtimeMs > startedAtMs,
    };
  };
  return {
    list: async () => Array.from(byName(), ([name, places]) => infoOf(name, places)),
    async replace(name, text) {
      const places = byName().get(name);
      const [first] = places ?? [];
      if (!places || !first) throw unknown(name);
      if (first.raw.keyFile === undefined) throw readOnly(name, 'it is a variable of the environment');
      await putInPlace(secretPath(name, first), text, (written) => {
        const fault = faultOf(places.map((place) => ({ ...place, raw: { keyFile: written } })));
        if (fault !== null) throw invalid(fault.replaceAll(written, name));
      });
      return infoOf(name, places);
    },
  };
}

function nameOf({ raw: { keyFile, keyEnv } }: NamedSecret): string {
  return keyFile ?? keyEnv ?? '';
}

function faultOf(places: readonly NamedSecret[]): string | null {
  for (const place of places) {
    try {
      materialOf(place);
    } catch (error) {
      if (error instanceof DuizhangError) return error.message;
      throw error;
    }
  }
  return null;
}

/** Whoever reads it meanwhile reads the former one or this one, and never a part. */
async function putInPlace(path: string, text: string, check: (written: string) => void): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw readOnly(path, 'it is mounted there, and is replaced where it comes from');
  }
  const written = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(written, 'wx', 0o600);
    try {
      await file.writeFile(`${text.trim()}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    check(written);
    await rename(written, path);
    const folder = await open(dirname(path));
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    rmSync(written, { force: true });
    if (
      error instanceof Error &&
      'code' in error &&
      ['EROFS', 'EACCES', 'EPERM', 'ENOENT'].includes(String(error.code))
    ) {
      throw readOnly(path, `its folder cannot be written to (${String(error.code)})`);
    }
    throw error;
  }
}

function unknown(name: string): DuizhangError {
  return new DuizhangError('DZ_SECRET_UNKNOWN', `the configuration names no secret ${name}`, {
    messageZh: '配置中没有引用该密钥',
  });
}

function invalid(fault: string): DuizhangError {
  return new DuizhangError('DZ_SECRET_INVALID', `it was not replaced: ${fault}`, {
    messageZh:
      '未替换：新密钥的内容不符合要求（机器密钥为 openssl rand -base64 32，商户私钥为 PEM 或 base64）',
  });
}

function readOnly(name: string, why: string): DuizhangError {
  return new DuizhangError('DZ_SECRET_READ_ONLY', `${name} cannot be replaced here: ${why}`, {
    messageZh: '该密钥由部署环境管理（环境变量或只读挂载），请在部署环境中替换后重启',
  });
}
