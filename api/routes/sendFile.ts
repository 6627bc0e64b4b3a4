import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { DuizhangError } from '../../domain/errors.ts';
import type { ExportFile } from '../../domain/exports.ts';
import { PAGE_POLICY } from '../secureHeaders.ts';

export type Sending = {
  /** A reader who is slower is cut off. */
  readonly withinMs: number;
  /** In the browser, in place of a download. */
  readonly shown?: boolean;
  /** Told once, however it ends. */
  readonly onEnd?: () => void;
};

/** Sends a file as it is made. One that breaks off breaks the connection: it never looks whole. */
export function sendFile(
  reply: FastifyReply,
  { fileName, contentType, bytes }: ExportFile,
  { withinMs, shown = false, onEnd }: Sending,
): FastifyReply {
  const stream = Readable.from(bytes, { objectMode: false });
  const deadline = setTimeout(() => {
    stream.destroy(
      new DuizhangError('DZ_EXPORT_TOO_SLOW', `the file was not taken within ${withinMs / 1000} s`),
    );
  }, withinMs);
  stream.once('close', () => {
    clearTimeout(deadline);
    onEnd?.();
  });
  if (shown) reply.header('content-security-policy', PAGE_POLICY);
  return reply
    .type(contentType)
    .header('content-disposition', `${shown ? 'inline' : 'attachment'}; filename="${fileName}"`)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(stream);
}
