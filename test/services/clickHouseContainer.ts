import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { untilUp } from '../../adapters/process/untilUp.ts';
import { startContainer } from './container.ts';
import { imageOf } from './images.ts';

const READY_WITHIN_MS = 60_000;

/** clickhouse-server with the one user that the embedded engine has: "default", without a password, from this machine. */
export async function startClickHouseContainer(options: {
  readonly dir: string;
  readonly port?: number;
  /** What else stands in its config.xml. */
  readonly more?: string;
}): Promise<Engine> {
  const { dir } = options;
  const port = options.port || (await freePort());
  mkdirSync(dir, { recursive: true });
  const configFile = join(dir, 'server.xml');
  const logFile = join(dir, 'server.log');
  writeFileSync(configFile, configOf(dir, port, options.more));
  const server = await startContainer({
    image: imageOf('clickhouse'),
    command: ['clickhouse-server', '--config-file', configFile],
    dir,
    logFile,
  });
  const url = `http://127.0.0.1:${port}`;
  if (!(await untilUp(server, () => answers(url), READY_WITHIN_MS)))
    throw new Error(`clickhouse-server did not come up; its log is ${logFile}`);
  return { url, port, pid: server.pid, stop: server.stop, kill9: server.kill9 };
}

export function configOf(dir: string, port: number, more = ''): string {
  return `<clickhouse>
  <logger><console>1</console><level>warning</level></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${port}</http_port>
  <path>${dir}/data/</path>
  <tmp_path>${dir}/tmp/</tmp_path>
  <user_files_path>${dir}/user_files/</user_files_path>
  <users_config>server.xml</users_config>
  <users>
    <default>
      <password/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <access_management>1</access_management>
    </default>
  </users>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
${more}</clickhouse>
`;
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/ping`).catch(() => null);
  return answer?.ok === true;
}
