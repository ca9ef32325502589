/**
 * The token of a client: its secret, 32 random bytes behind a prefix by which scanners of secrets find it. The daemon
 * keeps only its SHA-256: a copy of the list lets nobody in. A slow hash would add nothing to 256 random bits.
 */
import { hash, randomBytes } from 'node:crypto';
import { TOKEN_PREFIX } from '../protocol/frame/read-frame.ts';

export function newToken(): string {
  return `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
}

/** 64 hex digits. Takes 0.2 µs, so that nothing needs to be cached (Node 24.21, November 2026). */
export function tokenSha256(token: string): string {
  return hash('sha256', token, 'hex');
}
