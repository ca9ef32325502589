import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Asking, READ } from '../support/asking.ts';
import { startRawNode } from '../support/raw-node.ts';
import { readPieces } from '../support/responses.ts';

const RECORD = '{"groupId": "5", "name": "Zoë"}';

const ENCODERS: readonly (readonly [string, string, (text: string) => Buffer])[] = [
  ['gzip', 'gzip', gzipSync],
  ['x-gzip', 'x-gzip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without the frame of zlib', 'deflate', deflateRawSync],
  ['br', 'br', brotliCompressSync],
];

function response(coding: string, body: Buffer): string {
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\ncontent-length: ${body.length}`;
  return `${head}\r\n\r\n${body.toString('latin1')}`;
}

describe('a body that the node compresses unasked', () => {
  test.each(ENCODERS)('%s is decoded', (_, coding, encode) => {
    const bytes = response(coding, encode(RECORD));
    for (const pieces of [[bytes], bytes.split('')]) {
      expect(readPieces(pieces)).toMatchObject({ status: 200, body: RECORD });
    }
  });

  test('an empty one is empty', () => {
    expect(readPieces([response('gzip', Buffer.alloc(0))])).toMatchObject({ body: '' });
  });

  test.each(ENCODERS)(
    'P9: %s is as large as allowed once it is decoded, and not larger',
    (_, coding, encode) => {
      const full = 'x'.repeat(5000);
      const bodyBytesMax = full.length;
      expect(readPieces([response(coding, encode(full))], { bodyBytesMax })).toMatchObject({
        body: full,
      });
      const fault = { fault: 'an answer of more than 5000 bytes', isTooLarge: true };
      expect(readPieces([response(coding, encode(`${full}x`))], { bodyBytesMax })).toEqual(fault);
      // Ten million bytes in ten thousand.
      const bomb = response(coding, encode('x'.repeat(10_000_000)));
      expect(readPieces([bomb], { bodyBytesMax: 100_000 })).toEqual({
        fault: 'an answer of more than 100000 bytes',
        isTooLarge: true,
      });
    },
  );

  test.each(ENCODERS)(
    'P10: %s that is damaged or cut off is a fault that names it',
    (_, coding, encode) => {
      const name = JSON.stringify(coding === 'x-gzip' ? 'gzip' : coding);
      const fault = { fault: `a body that cannot be decoded: content-encoding ${name}` };
      const whole = encode(RECORD);
      expect(readPieces([response(coding, whole.subarray(0, whole.length - 5))])).toEqual(fault);
      expect(readPieces([response(coding, Buffer.from('\xff no such bytes', 'latin1'))])).toEqual(
        fault,
      );
    },
  );

  test('a node that compresses its answers is read as any other', async () => {
    const node = await startRawNode((socket) => {
      socket.write(Buffer.from(response('gzip', gzipSync(RECORD)), 'latin1'));
    });
    expect(await new Asking(node.url).answerTo(READ)).toMatchObject({
      kind: 'present',
      body: RECORD,
    });
  });
});
