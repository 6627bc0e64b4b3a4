import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { DuizhangError } from '../../domain/errors.ts';
import { checkUnpacked, whyOf, type UnpackLimits } from './limits.ts';
import { refusal } from './messages.ts';
import { Spool } from './spool.ts';

/** General purpose bit 11: the name is UTF-8. Alipay's names are GBK without it. */
const UTF8_NAME = 0x800;
const GB18030 = new TextDecoder('gb18030');
const UTF8 = new TextDecoder();
/** What macOS puts beside the files when somebody packs a bill again. */
const NOT_A_BILL = /^__MACOSX\/|(?:^|\/)\.DS_Store$|\/$/;

/** An archive whose files may be read in any order, each after the other. */
export type OpenZip = {
  /** In the archive's order; two files may have one name. */
  readonly names: readonly string[];
  /** @param at the file's place among the names */
  read(at: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
};

/** The directory of a zip stands at its end: the stream is spooled first. To be closed. */
export async function openZip(packed: AsyncIterable<Uint8Array>, limits: UnpackLimits): Promise<OpenZip> {
  const spool = new Spool();
  try {
    for await (const chunk of packed) {
      await spool.add(chunk);
      if (spool.sizeBytes > limits.maxArchiveBytes)
        throw refusal('archiveTooLarge', { maxBytes: limits.maxArchiveBytes });
    }
    const zip = await openArchive(spool);
    const entries = await entriesOf(zip, limits);
    const total = { packedBytes: spool.sizeBytes, unpackedBytes: 0 };
    return {
      names: entries.map(({ name }) => name),
      read(at) {
        const found = entries[at];
        if (!found) throw new Error(`the archive has no file ${at}`);
        return unpack(zip, found.entry, found.name, total, limits);
      },
      close: () => spool.close(),
    };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function openArchive(spool: Spool): Promise<yauzl.ZipFile> {
  try {
    return await spool.open({ decodeStrings: false, autoClose: false });
  } catch (cause) {
    throw refusal('damagedZip', { why: whyOf(cause) }, cause);
  }
}

async function entriesOf(
  zip: yauzl.ZipFile,
  limits: UnpackLimits,
): Promise<readonly { entry: yauzl.Entry; name: string }[]> {
  if (zip.entryCount > limits.maxEntries) {
    throw refusal('tooManyEntries', { entries: zip.entryCount, maxEntries: limits.maxEntries });
  }
  const found: { entry: yauzl.Entry; name: string }[] = [];
  try {
    for await (const entry of zip.eachEntry()) found.push({ entry, name: nameOf(entry) });
  } catch (cause) {
    throw refusal('damagedZip', { why: whyOf(cause) }, cause);
  }
  for (const { entry, name } of found) {
    if (yauzl.validateFileName(name.replaceAll('\\', '/')) !== null) throw refusal('unsafePath', { name });
    if (entry.isEncrypted()) {
      throw refusal('encrypted', { name });
    }
  }
  return found.filter(({ name }) => !NOT_A_BILL.test(name));
}

function nameOf(entry: yauzl.Entry): string {
  // With decodeStrings off yauzl gives the raw bytes, which its types do not say.
  const raw: unknown = entry.fileName;
  if (!Buffer.isBuffer(raw)) return String(raw);
  return (entry.generalPurposeBitFlag & UTF8_NAME ? UTF8 : GB18030).decode(raw);
}

async function* unpack(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  name: string,
  total: { readonly packedBytes: number; unpackedBytes: number },
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  const stream = await openEntry(zip, entry, name);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      total.unpackedBytes += chunk.length;
      checkUnpacked(total.unpackedBytes, total.packedBytes, limits);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof DuizhangError) throw cause;
    throw refusal('damagedZipEntry', { name, why: whyOf(cause) }, cause);
  }
  // yauzl leaves this check to its caller.
  if (checksum !== entry.crc32)
    throw refusal('damagedZipEntry', { name, why: { en: ' (checksum)', zh: '（校验和不符）' } });
}

async function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, name: string) {
  try {
    return await zip.openReadStreamPromise(entry);
  } catch (cause) {
    throw refusal('damagedZipEntry', { name, why: whyOf(cause) }, cause);
  }
}
