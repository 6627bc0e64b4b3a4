import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DuizhangError } from '../domain/errors.ts';
import { answerSignature, EMPTY_BODY_SHA256 } from '../domain/machineSignature.ts';
import type { MachineAccess, MachineCaller } from './machineCaller.ts';
import { claimedCaller, provenCaller } from './machineCaller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the signature was found right. */
    machineCaller: MachineCaller | null;
    /** Of a body that is sent as a stream; the answer's signature covers it. */
    streamedSha256: string | null;
  }
}

/** Routes of this plugin answer machines with a signature; errors too, once we know who asks. */
export function signAnswers(
  app: Pick<FastifyInstance, 'decorateRequest' | 'addHook'>,
  now: () => number,
): void {
  app.decorateRequest('machineCaller', null);
  app.decorateRequest('streamedSha256', null);
  app.addHook('onSend', async (request, reply, payload) => {
    signAnswer(request, reply, payload, now());
    return payload;
  });
}

/**
 * The machine that signed a request.
 * @param bodySha256 that the signature covers; whether the body has it, is told when it was read
 * @throws DZ_UNAUTHENTICATED
 */
export async function callerOf(
  request: FastifyRequest,
  access: MachineAccess,
  bodySha256: string,
): Promise<MachineCaller> {
  const claimed = claimedCaller(request.headers.authorization, access);
  const signed = { method: request.method, target: request.raw.url ?? '', bodySha256 };
  const caller = await provenCaller(claimed, signed, access);
  request.machineCaller = caller;
  return caller;
}

/** What a request says that its body's SHA-256 is. */
export function saidBodySha256({ headers }: FastifyRequest): string {
  const said = headers['duizhang-body-sha256'];
  return typeof said === 'string' ? said : '';
}

/** @throws DZ_BODY_CHANGED */
export function checkBody(found: string, signed: string): void {
  if (found === signed) return;
  throw new DuizhangError(
    'DZ_BODY_CHANGED',
    `the bytes that arrived have the SHA-256 ${found}, not the one that was signed; send them again`,
  );
}

function signAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown, nowMs: number): void {
  const caller = request.machineCaller;
  if (!caller) return;
  const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
  const bodySha256 = isText
    ? createHash('sha256').update(payload).digest('hex')
    : (request.streamedSha256 ?? EMPTY_BODY_SHA256);
  const fileName = reply.getHeader('duizhang-file-name');
  const answer = {
    status: reply.statusCode,
    nonce: caller.nonce,
    bodySha256,
    fileName: typeof fileName === 'string' ? fileName : '',
  };
  const { timestamp, signature } = answerSignature(caller.key, answer, nowMs);
  reply.header('duizhang-timestamp', timestamp).header('duizhang-signature', signature);
}
