import { createWriteStream } from 'node:fs';
import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers';
import type { Child } from '../../adapters/process/childProcess.ts';

export type ContainerOptions = {
  readonly image: string;
  readonly command: readonly string[];
  /** Read and written by the service at the same path, and by this user, who can remove it afterwards. */
  readonly dir: string;
  readonly logFile: string;
};

const STOP_WITHIN_MS = 10_000;

/**
 * A service of an image in place of a program of this machine: in the network of the host, so that it listens where it is
 * told to, and on a folder of the host, so that it can be killed and started again on what it holds.
 */
export async function startContainer(options: ContainerOptions): Promise<Child> {
  const { image, command, dir, logFile } = options;
  const started = await new GenericContainer(image)
    .withNetworkMode('host')
    .withUser(`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`)
    .withBindMounts([{ source: dir, target: dir, mode: 'rw' }])
    .withEntrypoint([...command])
    .withLogConsumer((stream) => stream.pipe(createWriteStream(logFile, { flags: 'a' })))
    // Whether it answers is for the caller to find out, as with a program.
    .withWaitStrategy(Wait.forLogMessage(/./))
    .start();
  const { container: runtime } = await getContainerRuntimeClient();
  const container = runtime.getById(started.getId());
  const { State: state } = await container.inspect();
  const exited = container.wait().then(({ StatusCode: code }: { StatusCode: number }) => code);
  const remove = (): Promise<unknown> => container.remove({ force: true }).catch(() => undefined);
  return {
    pid: state.Pid,
    exited,
    async stop() {
      await started.stop({ timeout: STOP_WITHIN_MS, remove: true });
    },
    async kill9() {
      await container.kill({ signal: 'SIGKILL' });
      await exited;
      await remove();
    },
  };
}
