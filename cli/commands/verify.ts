import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBill } from '../../adapters/bills/readBill.ts';
import { billFilesIn } from '../../adapters/files/billFiles.ts';
import { readPublicKey, signerOf } from '../../adapters/files/signingKey.ts';
import { unreadableFile } from '../../adapters/files/unreadableFile.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Verification } from '../../pipeline/certificates/verifyDocument.ts';
import { CHECKS, verifyDocument } from '../../pipeline/certificates/verifyDocument.ts';
import { openCertificates } from '../certificates.ts';
import type { Command, CommandIo } from '../command.ts';
import { runningSystem, signingKeyHere } from '../runningSystem.ts';

const USAGE = `
./duizhang verify FILE [--bills DIR] [--public-key FILE] [--offline] [--json]

Verifies a certificate ("./duizhang certificate get") or a proof ("./duizhang prove"): its form byte by byte, its
signature, and that it adds up. Of a certificate also
  --bills DIR        the original bills in a folder, found by their SHA-256 and read again
  a running system   the stored run, its bills and verdicts, and the hospital's chain of certificates
  --offline          asks no system, even where one runs
  --public-key FILE  the key in PEM form; absent, that of the data folder here
  --json             what was checked and what differs

Exit code 0: all that was looked at is as it says; 1: something differs, and each difference is named.
`;

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'verify a certificate or a proof',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        bills: { type: 'string' },
        'public-key': { type: 'string' },
        offline: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const [file, ...surplus] = positionals;
    if (file === undefined || surplus.length > 0) {
      throw new DuizhangError('DZ_USAGE', 'name one certificate or proof (./duizhang verify --help)');
    }
    const bytes = bytesOf(file, io);
    const publicKey = publicKeyOf(values['public-key'], io);
    const files = values.bills === undefined ? null : await billFilesIn(resolve(io.cwd, values.bills));
    const run = values.offline ? null : runningSystem(io);
    const system = run === null ? null : openCertificates(run);
    try {
      const result = await verifyDocument(bytes, { publicKey, readBill, files, system });
      io.stdout(values.json ? `${JSON.stringify(jsonOf(result), null, 2)}\n` : textOf(file, result));
      return result.findings.length === 0 ? 0 : 1;
    } finally {
      await system?.dispose();
    }
  },
};

function bytesOf(file: string, io: CommandIo): Uint8Array {
  try {
    return readFileSync(resolve(io.cwd, file));
  } catch (error) {
    throw unreadableFile(file, error) ?? error;
  }
}

function publicKeyOf(path: string | undefined, io: CommandIo) {
  if (path !== undefined) return readPublicKey(resolve(io.cwd, path));
  try {
    return signerOf(signingKeyHere(io)).publicKey;
  } catch (cause) {
    throw new DuizhangError(
      'DZ_USAGE',
      'there is no key to verify with: name one with --public-key FILE ("./duizhang certificate public-key" where the system runs)',
      { cause },
    );
  }
}

/** What a complete verification of this document would look at besides. */
function unchecked({ checked, orderNo }: Verification): readonly string[] {
  const possible = CHECKS.filter((check) =>
    orderNo === null ? check !== 'proof' : !['bills', 'ledger', 'chain'].includes(check),
  );
  return possible.filter((check) => !checked.includes(check));
}

function jsonOf(result: Verification): Readonly<Record<string, unknown>> {
  const { signed, orderNo, checked, findings } = result;
  const { merchantId, businessDate, mode, runId, outcome, sequence } = signed?.certificate ?? {};
  return {
    verified: findings.length === 0,
    document: {
      merchantId,
      businessDate,
      mode,
      runId,
      outcome,
      sequence,
      ...(orderNo !== null && { orderNo }),
    },
    checked,
    notChecked: unchecked(result),
    findings,
  };
}

const SHOWN_FINDINGS = 50;

function textOf(file: string, result: Verification): string {
  const { signed, orderNo, checked, findings } = result;
  const about = signed?.certificate;
  const names = about
    ? [
        orderNo === null
          ? `certificate ${about.sequence}`
          : `proof of order ${orderNo} by certificate ${about.sequence}`,
        `of ${about.merchantId}, ${about.businessDate} ${about.mode} ${about.outcome}`,
      ].join(' ')
    : file;
  const lines = findings
    .slice(0, SHOWN_FINDINGS)
    .map(
      ({ what, where, expected, found }) =>
        `  ${what}: ${where}\n    expected ${expected}\n    found    ${found}`,
    );
  if (findings.length > SHOWN_FINDINGS)
    lines.push(`  … and ${findings.length - SHOWN_FINDINGS} more (--json)`);
  const rest = unchecked(result);
  return [
    `${findings.length === 0 ? 'verified' : 'DIFFERS'}: ${names}`,
    ...lines,
    `  checked      ${checked.join(', ')}`,
    ...(rest.length === 0 ? [] : [`  not checked  ${rest.join(', ')}`]),
    '',
  ].join('\n');
}
