import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 16_000;
/** Pino's level of an error. */
const ERROR_LEVEL = 50;
const COMPLAINT = /^(DZ_[A-Z_]+|\w*Error)\b.*: /;

/** Why a process of ours ended, as far as its log tells; '' when it ended without a complaint. */
export function lastWordsOf(logFile: string): string {
  if (!existsSync(logFile)) return '';
  for (const line of tailOf(logFile).trim().split('\n').toReversed()) {
    const entry = entryOf(line);
    // What it said before it last went about its work is an older story.
    if (entry !== null) return entry.level >= ERROR_LEVEL ? (entry.err?.message ?? entry.msg) : '';
    if (COMPLAINT.test(line)) return line;
  }
  return '';
}

type LogEntry = { readonly level: number; readonly msg: string; readonly err?: { readonly message: string } };

function entryOf(line: string): LogEntry | null {
  if (!line.startsWith('{"level":')) return null;
  try {
    const entry: LogEntry = JSON.parse(line);
    return entry;
  } catch {
    // Cut short by the end of its process.
    return null;
  }
}

function tailOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const from = Math.max(0, fstatSync(file).size - TAIL_BYTES);
    const bytes = Buffer.alloc(TAIL_BYTES);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, TAIL_BYTES, from));
  } finally {
    closeSync(file);
  }
}
