/** Key pairs for CURVE, in Z85, 40 characters a key. A pair of X25519 is one: no part of ZeroMQ is needed to make it. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { decodeZ85, encodeZ85 } from '../base/z85.ts';

const KEY_BYTES = 32;
/** What DER has in front of the 32 bytes of a secret key of X25519 (RFC 8410). */
const SECRET_KEY_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');

export interface CurvePair {
  readonly publicKey: string;
  readonly secretKey: string;
}

export function newCurvePair(): CurvePair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-KEY_BYTES);
  return { publicKey: encodePublic(publicKey), secretKey: encodeZ85(secret) };
}

/** Undefined if the secret key is none. */
export function publicKeyOf(secretKey: string): string | undefined {
  const secret = decodeZ85(secretKey);
  if (secret?.length !== KEY_BYTES) return undefined;
  const key = Buffer.concat([SECRET_KEY_HEAD, secret]);
  return encodePublic(createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' })));
}

export function isCurveKey(text: unknown): text is string {
  return typeof text === 'string' && decodeZ85(text)?.length === KEY_BYTES;
}

function encodePublic(key: KeyObject): string {
  return encodeZ85(key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES));
}
