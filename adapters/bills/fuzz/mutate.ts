/** A number from 0 to before 1. */
export type Random = () => number;

/** Bytes and words at which parsers break. */
const WORDS = [
  ',',
  '`',
  ',`',
  '"',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\0',
  '#',
  '-',
  '.',
  ' ',
  '\xff',
  '\xa3\xac',
  '0',
  '00',
  '9',
  '-1',
  '0.01',
  '1e3',
  '4.20001E+27',
  '1,234.50',
  '99999999999999999999',
  '92233720368547758.08',
  '2026-02-30 10:00:00',
  '2026-03-06 00:00:00',
  'SUCCESS',
  'REFUND',
  'REVOKED',
  'PAYMENT',
  '\u603b\u4ea4\u6613\u5355\u6570',
  '\u9000\u6b3e',
  '01',
  '04',
].map((word) => Buffer.from(word, /^[\0-\xff]*$/.test(word) ? 'latin1' : 'utf8'));

/** Most bytes of a damaged bill. */
const MAX_BYTES = 1 << 20;

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const copy = Buffer.from(bytes);
    const at = below(random, bytes.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8));
    return copy;
  },
  function changeDigit(bytes, random) {
    const copy = Buffer.from(bytes);
    const from = below(random, bytes.length);
    const at = copy.findIndex((byte, index) => index >= from && byte >= 48 && byte <= 57);
    if (at >= 0) copy[at] = 48 + below(random, 10);
    return copy;
  },
  function cutOut(bytes, random) {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  function repeat(bytes, random) {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  function move(bytes, random) {
    const [start, end] = range(bytes, random);
    const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    const at = below(random, rest.length);
    return Buffer.concat([rest.subarray(0, at), bytes.subarray(start, end), rest.subarray(at)]);
  },
  function insertWord(bytes, random) {
    const at = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), word(random), bytes.subarray(at)]);
  },
  function overwriteWithWord(bytes, random) {
    const at = below(random, bytes.length);
    const text = word(random);
    return Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at + text.length)]);
  },
  function cutOff(bytes, random) {
    return Buffer.from(bytes.subarray(0, below(random, bytes.length)));
  },
  lines((all, random) => all.toSpliced(below(random, all.length), 1)),
  lines((all, random) => {
    const at = below(random, all.length);
    return all.toSpliced(below(random, all.length), 0, all[at] ?? '');
  }),
  lines((all, random) => {
    const [a, b] = [below(random, all.length), below(random, all.length)];
    return all.with(a, all[b] ?? '').with(b, all[a] ?? '');
  }),
  cells((all, random) => {
    const [a, b] = [below(random, all.length), below(random, all.length)];
    return all.with(a, all[b] ?? '');
  }),
  cells((all, random) => {
    const [a, b] = [below(random, all.length), below(random, all.length)];
    return all.with(a, all[b] ?? '').with(b, all[a] ?? '');
  }),
];

/** Rarely a piece is repeated until the bill is large: what is slow shows then. */
const SWELL_ONE_IN = 400;

export function mutate(bytes: Buffer, random: Random): Buffer {
  let damaged = bytes;
  for (let times = 1 + below(random, 3); times > 0; times -= 1) {
    const mutation = MUTATIONS[below(random, MUTATIONS.length)];
    if (mutation && damaged.length > 0) damaged = mutation(damaged, random);
  }
  return below(random, SWELL_ONE_IN) === 0 && damaged.length > 0 ? swell(damaged, random) : damaged;
}

function swell(bytes: Buffer, random: Random): Buffer {
  const [start, end] = range(bytes, random);
  const piece = bytes.subarray(start, end);
  const times = Math.floor((MAX_BYTES - bytes.length) / Math.max(1, piece.length));
  const pieces = Array.from({ length: Math.max(0, times) }, () => piece);
  return Buffer.concat([bytes.subarray(0, end), ...pieces, bytes.subarray(end)]);
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** Mostly short: long ones only cut the bill off. */
function range(bytes: Buffer, random: Random): [number, number] {
  const start = below(random, bytes.length);
  const length = 1 + below(random, below(random, 4) === 0 ? bytes.length : 40);
  return [start, Math.min(bytes.length, start + length)];
}

function word(random: Random): Buffer {
  return WORDS[below(random, WORDS.length)] ?? Buffer.alloc(0);
}

function lines(change: (all: string[], random: Random) => string[]): Mutation {
  return (bytes, random) =>
    Buffer.from(change(bytes.toString('latin1').split('\n'), random).join('\n'), 'latin1');
}

/** Changes cells wherever they stand, in rows, headers and summaries. */
function cells(change: (all: string[], random: Random) => string[]): Mutation {
  return (bytes, random) => {
    const parts = bytes.toString('latin1').split(/([,\n])/);
    const changed = change(
      parts.filter((_, at) => at % 2 === 0),
      random,
    );
    return Buffer.from(
      parts.map((part, at) => (at % 2 === 0 ? (changed[at / 2] ?? '') : part)).join(''),
      'latin1',
    );
  };
}
