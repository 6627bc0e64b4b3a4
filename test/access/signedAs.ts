import { createHash, randomUUID } from 'node:crypto';
import type { MachineKey } from '../../domain/machineSignature.ts';
import { authorizationOf } from '../../domain/machineSignature.ts';

export type Signing = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly body?: string | Buffer;
  readonly atMs: number;
  readonly nonce?: string;
};

/** Headers of a request that a machine signs. */
export function signedAs(machine: MachineKey, { method, url, body = '', atMs, nonce }: Signing) {
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  const when = { nowMs: atMs, nonce: nonce ?? randomUUID() };
  return {
    authorization: authorizationOf(machine, { method, target: url, bodySha256 }, when),
    'duizhang-body-sha256': bodySha256,
  };
}
