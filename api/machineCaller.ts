import { DuizhangError } from '../domain/errors.ts';
import type { Machine, NonceStore } from '../domain/machine.ts';
import type { RequestSignature, SignedRequest } from '../domain/machineSignature.ts';
import { isSignedBy, MAX_SKEW_MS, parseAuthorization } from '../domain/machineSignature.ts';

export type MachineAccess = {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly nonces: NonceStore;
  /** Epoch milliseconds of this machine. */
  readonly now: () => number;
};

export type MachineCaller = {
  readonly machine: Machine;
  /** What it signed with, and our answer is signed with. */
  readonly key: Uint8Array;
  readonly nonce: string;
};

/** A machine that says who it is; its signature is not looked at yet, since that covers the body. */
export type ClaimedCaller = { readonly machine: Machine; readonly said: RequestSignature };

/** @throws DZ_UNAUTHENTICATED, in the same words whatever is wrong */
export function claimedCaller(
  authorization: string | undefined,
  { machines, now }: MachineAccess,
): ClaimedCaller {
  const said = parseAuthorization(authorization ?? '');
  const machine = machines.get(said?.keyId ?? '');
  if (!said || !machine || Math.abs(Number(said.timestamp) * 1000 - now()) > MAX_SKEW_MS)
    throw unauthenticated();
  return { machine, said };
}

/** @throws DZ_UNAUTHENTICATED */
export async function provenCaller(
  { machine, said }: ClaimedCaller,
  request: SignedRequest,
  { nonces, now }: MachineAccess,
): Promise<MachineCaller> {
  const key = machine.keys.find((candidate) => isSignedBy(candidate, request, said, now()));
  if (!key) throw unauthenticated();
  // Remembered for as long as the timestamp would pass, on either side of our clock.
  const isFirst = await nonces.isFirstUse(machine.id, said.nonce, 2 * MAX_SKEW_MS + 1000);
  if (!isFirst) throw unauthenticated();
  return { machine, key, nonce: said.nonce };
}

function unauthenticated(): DuizhangError {
  return new DuizhangError(
    'DZ_UNAUTHENTICATED',
    'the request is not signed by a machine that we know, just now and for the first time; the contract is schemas/hdp.openapi.yaml',
  );
}
