import { certificateHash } from '../../domain/certificate.ts';
import type { CertificateStore, Certifier, ChainLock, Signer } from '../../domain/closePorts.ts';

export type CertifierParts = {
  readonly store: CertificateStore;
  readonly signer: Signer;
  readonly lock: ChainLock;
  readonly pause: (ms: number) => Promise<void>;
};

/** Somebody else who certifies takes milliseconds; one who died gives way to the next round of `certifyAll`. */
const TRIES = 100;
const TRY_AGAIN_MS = 20;

/** Certificates follow their runs: a published run that has none, because somebody was killed, gets it from whoever is next. */
export function certifier(parts: CertifierParts): Certifier & { certifyAll(): Promise<void> } {
  const { store, lock, pause } = parts;
  const certify = async (merchantId: string): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const held = await lock.hold(merchantId);
      if (held === null) {
        await pause(TRY_AGAIN_MS);
        continue;
      }
      try {
        return await addToChain(merchantId, () => held.assertHeld(), parts);
      } finally {
        await held.release();
      }
    }
  };
  return {
    prepare: (draft) => store.prepare(draft),
    certify,
    async certifyAll() {
      for (const merchantId of await store.merchantsWaiting()) await certify(merchantId);
    },
  };
}

async function addToChain(
  merchantId: string,
  assertHeld: () => Promise<void>,
  { store, signer }: CertifierParts,
): Promise<void> {
  const drafts = await store.waiting(merchantId);
  if (drafts.length === 0) return;
  let last = await store.last(merchantId);
  for (const draft of drafts) {
    const certificate = {
      ...draft,
      sequence: (last?.sequence ?? 0) + 1,
      previous: last === null ? null : certificateHash(last),
    };
    await assertHeld();
    await store.store(signer.sign(certificate));
    last = certificate;
  }
}
