import { parseArgs } from 'node:util';
import { signerOf } from '../../adapters/files/signingKey.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { openCertificates } from '../certificates.ts';
import type { Command, CommandIo } from '../command.ts';
import { giveDocument } from '../giveDocument.ts';
import { signingKeyHere, systemHere } from '../runningSystem.ts';
import { dayOfArgs } from './dayArgs.ts';

const USAGE = `
./duizhang certificate get --merchant H --date YYYY-MM-DD [--out FILE]
./duizhang certificate public-key [--out FILE]

get: the certificate of the run that counts for a day, from the running system: what its bills, books and verdicts add
up to, the Merkle root over its verdicts, and the hash of the hospital's certificate before it, signed.
public-key: the key that certificates are verified with, in PEM form. Give it to whoever shall verify them.

The signing key (Ed25519) is the file that DUIZHANG_SIGNING_KEY names, or signing-key.pem in the data folder, which
the first start makes. Keep it secret and keep a copy: a new one cannot sign what the old one signed.
`;

export const certificateCommand: Command = {
  name: 'certificate',
  summary: 'the signed certificate of a closed day, and the key it is verified with',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { merchant: { type: 'string' }, date: { type: 'string' }, out: { type: 'string' } },
    });
    const [what, ...surplus] = positionals;
    if (surplus.length > 0 || (what !== 'get' && what !== 'public-key')) {
      throw new DuizhangError('DZ_USAGE', 'say get or public-key (./duizhang certificate --help)');
    }
    if (what === 'public-key') return giveDocument(publicKeyOf(io), values.out, io);
    const { merchantId, date } = dayOfArgs(values);
    const certificates = openCertificates(systemHere(io));
    try {
      return await giveDocument(`${await certificates.ofDate(merchantId, date)}\n`, values.out, io);
    } finally {
      await certificates.dispose();
    }
  },
};

function publicKeyOf(io: CommandIo): string {
  const { publicKey } = signerOf(signingKeyHere(io));
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
