const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/;
const BYTES_A_ROW = 16;
const MOST_BYTES = 4_096;

/** Bytes as people can read them: JSON laid out, text as it is, anything else in hexadecimal rows with its letters. */
export function readable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (CONTROL.test(text)) return hexRows(bytes.subarray(0, MOST_BYTES));
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function hexRows(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_ROW) {
    const row = [...bytes.subarray(at, at + BYTES_A_ROW)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = row
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    rows.push(`${hex.padEnd(3 * BYTES_A_ROW)} ${letters}`);
  }
  return rows.join('\n');
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
