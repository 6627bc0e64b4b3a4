import { freePort, wantedPort } from '../../adapters/process/freePort.ts';

/** Where the parts listen, all on 127.0.0.1; they keep their ports when they are started again. */
export type Ports = {
  readonly log: number;
  readonly window: number;
  readonly ledger: number;
  readonly pipeline: number;
  readonly api: number;
  /** Of the demo's simulated outside: the payment platform, and the hospitals' front-end machines. */
  readonly upp: number;
  readonly hdp: number;
};

/** @param apiPort 0: a free one */
export async function choosePorts(apiPort: number): Promise<Ports> {
  const api = await wantedPort(apiPort);
  const taken = new Set([api]);
  const another = async (): Promise<number> => {
    for (;;) {
      const port = await freePort();
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
  };
  return {
    api,
    log: await another(),
    window: await another(),
    ledger: await another(),
    pipeline: await another(),
    upp: await another(),
    hdp: await another(),
  };
}
