import { crc32, deflateRawSync } from 'node:zlib';
import type { BusinessDate } from '../../domain/businessDate.ts';

/** The name as its writer encodes it: Alipay's is GBK, and nothing in the archive says so. */
export type ZipEntry = { readonly name: Uint8Array; readonly bytes: Uint8Array };

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const DEFLATE = 8;

/**
 * A small zip archive with every time set to 06:27:10 of a date, so that the same bill is the same bytes on any day and in any
 * time zone. Zip libraries write names in UTF-8 and the machine's local time.
 */
export function zipOf(entries: readonly ZipEntry[], date: BusinessDate): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const packed = deflateRawSync(bytes);
    const common = commonFields(date, bytes, packed, name.length);
    const local = Buffer.concat([u32(LOCAL), u16(VERSION), common, name, packed]);
    const where = [u16(0), u16(0), u16(0), u32(0), u32(offset)];
    directory.push(Buffer.concat([u32(CENTRAL), u16(VERSION), u16(VERSION), common, ...where, name]));
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = u16(entries.length);
  const end = [u32(END), u16(0), u16(0), count, count, u32(central.length), u32(offset), u16(0)];
  return Buffer.concat([...bodies, central, ...end]);
}

/** What a local header and a directory entry share: from the flags to the length of the extra field. */
function commonFields(date: BusinessDate, bytes: Uint8Array, packed: Buffer, nameLength: number): Buffer {
  const [year = 1980, month = 1, day = 1] = date.split('-').map(Number);
  const dosTime = (6 << 11) | (27 << 5) | 5;
  const dosDate = ((year - 1980) << 9) | (month << 5) | day;
  const sizes = [u32(packed.length), u32(bytes.length), u16(nameLength), u16(0)];
  return Buffer.concat([u16(0), u16(DEFLATE), u16(dosTime), u16(dosDate), u32(crc32(bytes)), ...sizes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
