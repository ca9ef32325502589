/**
 * Bodies that a node compresses without being asked (RFC 9110, section 8.4.1). No request of ours asks for it; some
 * servers and proxies do it anyway. The decoded size is bounded as that of any other body (P9).
 */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { type Fault, tooLarge } from './fault.ts';

type Decode = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

/** Null: the bytes are the body. */
export type Coding = 'gzip' | 'deflate' | 'br' | null;

const BY_NAME: ReadonlyMap<string, Coding> = new Map([
  ['', null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
]);

const DECODERS: Readonly<Record<NonNullable<Coding>, Decode>> = {
  gzip: gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
};

/** @param values of the header `Content-Encoding` */
export function codingOf(values: readonly string[] | undefined): Coding | Fault {
  if (values === undefined) return null;
  const name = values.join(', ').toLowerCase();
  return BY_NAME.get(name) ?? (BY_NAME.has(name) ? null : { fault: undecoded(name) });
}

/**
 * @param bytes one byte a character
 * @returns the decoded bytes, one a character
 */
export function decodeBody(
  bytes: string,
  coding: NonNullable<Coding>,
  bytesMax: number,
): string | Fault {
  if (bytes === '') return '';
  try {
    const options = { maxOutputLength: Math.max(1, bytesMax) };
    return DECODERS[coding](Buffer.from(bytes, 'latin1'), options).toString('latin1');
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(bytesMax);
    // Each error of zlib and brotli has a number; any other is a bug of ours.
    if (errno === undefined) throw error;
    return { fault: undecoded(coding) };
  }
}

function undecoded(name: string): string {
  return `a body that cannot be decoded: content-encoding ${JSON.stringify(name.slice(0, 40))}`;
}

/** Some servers leave out the frame of zlib that the standard asks for. */
function inflate(bytes: Buffer, options: { readonly maxOutputLength: number }): Buffer {
  try {
    return inflateSync(bytes, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_DATA_ERROR') throw error;
    return inflateRawSync(bytes, options);
  }
}
