import { expect, test } from 'vitest';
import { proofTypeByStart, proofTypeOf } from './proofFile.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n29\n%%EOF\n');
const segment = (marker: number, body: readonly number[]) => [0xff, marker, 0, body.length + 2, ...body];
const JPEG = Buffer.from([
  0xff, 0xd8,
  ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0]),
  ...segment(0xc0, [8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
  ...segment(0xda, [1, 1, 0, 0, 63, 0]),
  0x12, 0x34, 0xff, 0xd9,
]); // prettier-ignore

test('a PDF, a PNG and a JPEG are told by their bytes', () => {
  expect([PDF, PNG, JPEG].map(proofTypeOf)).toEqual(['application/pdf', 'image/png', 'image/jpeg']);
  expect([PDF, PNG, JPEG].map(proofTypeByStart)).toEqual(['application/pdf', 'image/png', 'image/jpeg']);
});

const page = Buffer.from('<script>alert(1)</script>');
const withoutFrame = Buffer.from(JPEG);
withoutFrame[withoutFrame.indexOf(0xc0)] = 0xc4;

test.each([
  ['a web page', page],
  ['nothing', Buffer.alloc(0)],
  ['a PNG with a web page behind it', Buffer.concat([PNG, page])],
  ['a PDF with a web page behind it', Buffer.concat([PDF, page])],
  ['a JPEG with a web page behind it', Buffer.concat([JPEG, page])],
  ['half a PNG', PNG.subarray(0, 40)],
  ['half a PDF', PDF.subarray(0, 30)],
  ['half a JPEG', JPEG.subarray(0, 20)],
  ['a JPEG without a frame', withoutFrame],
  ['a PNG signature alone', PNG.subarray(0, 8)],
  [
    'a PNG whose chunk is longer than the file',
    Buffer.concat([PNG.subarray(0, 33), Buffer.from('ffffffff49444154', 'hex')]),
  ],
])('%s is no proof', (_, bytes) => {
  expect(proofTypeOf(bytes)).toBeNull();
});
