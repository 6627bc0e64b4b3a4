import type { AuditHead, AuditRow } from './auditEntry.ts';
import { auditHashOf } from './auditEntry.ts';

/** How far a chain is known to have come. */
export type KnownHeads = {
  /** As acknowledged before the rows were read: at least so much must be there. */
  readonly before: ReadonlyMap<string, AuditHead>;
  /** As acknowledged after the rows were read: no more may be there. */
  readonly after: () => Promise<ReadonlyMap<string, AuditHead>>;
  /** Of checkpoints that somebody has kept. */
  readonly kept: readonly AuditHead[];
};

export type AuditVerdict = {
  readonly chains: number;
  readonly rows: number;
  /** In words; none: the trail holds. */
  readonly faults: readonly string[];
};

/**
 * What was changed, taken out, put in or cut off.
 * @param rows by writer and place; a row that stands twice with the same content stands once
 */
export async function verifyAuditTrail(
  rows: AsyncIterable<AuditRow>,
  { before, after, kept }: KnownHeads,
): Promise<AuditVerdict> {
  const faults: string[] = [];
  const ends = new Map<string, AuditRow>();
  const known = Map.groupBy([...before.values(), ...kept], ({ writer }) => writer);
  let count = 0;
  let last: AuditRow | null = null;
  for await (const row of rows) {
    count += 1;
    if (last?.writer !== row.writer) last = null;
    faults.push(...rowFaults(row, last));
    const other = known.get(row.writer)?.find(({ seq, hash }) => seq === row.seq && hash !== row.hash);
    if (other) faults.push(`${placeOf(row)} is not the row that was acknowledged there`);
    ends.set(row.writer, row);
    last = row;
  }
  for (const [writer, heads] of known) {
    const most = Math.max(...heads.map(({ seq }) => seq));
    const end = ends.get(writer)?.seq ?? 0;
    if (end === 0) faults.push(`${writer}: the whole chain is gone, rows 1 to ${most}`);
    else if (end < most) faults.push(`${writer}: its end was cut off, rows ${end + 1} to ${most}`);
  }
  const acknowledged = await after();
  for (const [writer, { seq }] of ends) {
    const head = acknowledged.get(writer);
    const added = `${writer}, rows ${(head?.seq ?? 0) + 1} to ${seq}`;
    if ((head?.seq ?? 0) >= seq) continue;
    faults.push(
      `${added} were never acknowledged: they were put in, or the process died in that moment, or Redis was emptied`,
    );
  }
  return { chains: ends.size, rows: count, faults };
}

function rowFaults(row: AuditRow, last: AuditRow | null): readonly string[] {
  const place = placeOf(row);
  const lastSeq = last?.seq ?? 0;
  if (auditHashOf(row) !== row.hash) return [`${place} was changed after it was written`];
  if (row.seq === lastSeq) return [`${place} stands twice, with different contents`];
  if (row.seq !== lastSeq + 1) {
    const missing = row.seq - lastSeq === 2 ? `row ${row.seq - 1}` : `rows ${lastSeq + 1} to ${row.seq - 1}`;
    return [`${row.writer}: ${missing} ${row.seq - lastSeq === 2 ? 'was' : 'were'} taken out`];
  }
  if (row.prevHash !== (last?.hash ?? '')) return [`${place} names another row before it`];
  return [];
}

function placeOf({ writer, seq, kind, who }: AuditRow): string {
  return `${writer}, row ${seq} (${kind}${who === '' ? '' : ` by ${who}`})`;
}
