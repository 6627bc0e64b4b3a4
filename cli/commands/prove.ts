import { parseArgs } from 'node:util';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { proveOrder } from '../../pipeline/certificates/proveOrder.ts';
import { openCertificates } from '../certificates.ts';
import type { Command } from '../command.ts';
import { giveDocument } from '../giveDocument.ts';
import { dayOfArgs } from './dayArgs.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang prove --merchant H --date YYYY-MM-DD --order NO [--out FILE]

What the certified run of a day says of one order, with the path that leads from it to the certificate's Merkle root, and
the certificate. "./duizhang verify FILE --public-key KEY" verifies it alone, anywhere, without the system and without
the other orders.
`;

export const proveCommand: Command = {
  name: 'prove',
  summary: 'prove what a closed day says of one order',
  usage: USAGE,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        merchant: { type: 'string' },
        date: { type: 'string' },
        order: { type: 'string' },
        out: { type: 'string' },
      },
    });
    const { merchantId, date } = dayOfArgs(values);
    if (values.order === undefined) throw new DuizhangError('DZ_USAGE', 'say which order: --order NO');
    const certificates = openCertificates(systemHere(io));
    try {
      const proof = await proveOrder(await certificates.ofDate(merchantId, date), values.order, certificates);
      return await giveDocument(`${canonicalJson(proof)}\n`, values.out, io);
    } finally {
      await certificates.dispose();
    }
  },
};
