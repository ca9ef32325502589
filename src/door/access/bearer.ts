/** The token that a request presents: `Authorization: Bearer TOKEN` (RFC 6750). */
import { type RequestHead, valuesOf } from '../../base/http-source.ts';

export type Presented =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  /** Without the text itself: it may be a secret. */
  | { readonly kind: 'wrong'; readonly status: 400 | 401; readonly message: string };

/** The name of a scheme has no case. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]{1,128}=*)$/i;

export function bearerOf(head: RequestHead): Presented {
  const [value, ...more] = valuesOf(head, 'authorization');
  if (value === undefined) return { kind: 'none' };
  if (more.length > 0) {
    const message = 'the request has more than one header Authorization';
    return { kind: 'wrong', status: 400, message };
  }
  const token = BEARER.exec(value.trim())?.[1];
  if (token !== undefined) return { kind: 'token', token };
  const message = 'the header Authorization is not of the form Bearer TOKEN';
  return { kind: 'wrong', status: 401, message };
}
