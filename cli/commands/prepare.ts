import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeSessionKey } from '../../adapters/access/sessionKey.ts';
import { ledgerUrlOf } from '../../adapters/clickhouse/ledgerAddress.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { makeSigningKey } from '../../adapters/files/signingKey.ts';
import { dataDirOf } from '../../adapters/process/runFile.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command } from '../command.ts';

const USAGE = `
./duizhang prepare

What a system on servers of its own needs before its first start, and after each change of version: the keys for signing and
for sessions, in the data folder (DUIZHANG_DATA) where they are not there yet, and the schema in the ClickHouse that
DUIZHANG_CLICKHOUSE_URL names, or on the cluster of it that DUIZHANG_CLICKHOUSE_CLUSTER names. Doing it again changes nothing.
npm start does it by itself.

Exit code 0: all is there; 2: something is wrong, and nothing was started; 3: ClickHouse does not answer.
`;

export const prepareCommand: Command = {
  name: 'prepare',
  summary: 'make keys and schema for a system on servers of its own',
  usage: USAGE,
  async run(args, io) {
    parseArgs({ args: [...args], options: {} });
    const url = io.env['DUIZHANG_CLICKHOUSE_URL'];
    if (!url || !URL.canParse(url)) {
      throw new DuizhangError(
        'DZ_USAGE',
        'DUIZHANG_CLICKHOUSE_URL has to name the ClickHouse server: http://user:password@host:8123',
      );
    }
    const dataDir = dataDirOf(io.env, io.cwd);
    mkdirSync(dataDir, { recursive: true });
    makeSigningKey(io.env, dataDir);
    makeSessionKey(io.env, dataDir);
    await migrate(ledgerUrlOf(url, io.env));
    io.stderr(`keys in ${dataDir} and the schema of ${new URL(url).host} are there\n`);
    return 0;
  },
};
