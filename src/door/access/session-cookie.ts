/**
 * The cookie of the live page. Browsers send a cookie to every port of a host, so its name has the port: two daemons on
 * one machine do not end each other's sessions.
 */
import { type RequestHead, valuesOf } from '../../base/http-source.ts';

const ID = /^[\w-]{43}$/;

/** @returns the id of the session; undefined: there is none */
export function sessionIdOf(head: RequestHead, port: number): string | undefined {
  const pairs = valuesOf(head, 'cookie').flatMap((value) => value.split(';'));
  const prefix = `${nameFor(port)}=`;
  const ids = pairs.map((pair) => pair.trim()).filter((pair) => pair.startsWith(prefix));
  const id = ids[0]?.slice(prefix.length);
  return id !== undefined && ID.test(id) ? id : undefined;
}

export interface CookieOptions {
  readonly port: number;
  /** The server speaks HTTPS. */
  readonly isSecure: boolean;
}

/** The value of `Set-Cookie` that begins a session. No script can read it, and no foreign page causes it to be sent. */
export function sessionCookie(
  { id, maxAgeS }: { readonly id: string; readonly maxAgeS: number },
  { port, isSecure }: CookieOptions,
): string {
  const secure = isSecure ? '; Secure' : '';
  return `${nameFor(port)}=${id}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
}

/** The value of `Set-Cookie` that ends a session. */
export function endOfCookie(options: CookieOptions): string {
  return sessionCookie({ id: '', maxAgeS: 0 }, options);
}

function nameFor(port: number): string {
  return `lockstep-${port}`;
}
