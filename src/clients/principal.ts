/**
 * Who sends a request, and whether this client may. Every door asks `authorise` at every request, before it does anything
 * else for it: a client that was removed from the list is refused at its next request.
 *
 * No refusal repeats a token.
 */
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import type { ClientList } from './client-list.ts';
import { mayDo, type Role, rolesFor } from './role.ts';

/** `auto`: without a list everybody who can connect may do everything; `required`: nobody without a token. */
export type AuthMode = 'auto' | 'required';

export interface Principal {
  /** Of a client in the list; empty if it is not proven. */
  readonly name: string;
  readonly role: Role;
  /** The client has shown its token. */
  readonly proven: boolean;
}

/** What counts for a request. */
export interface Access {
  /** Undefined: there is no list. */
  readonly list: ClientList | undefined;
  readonly mode: AuthMode;
}

export type Authorisation =
  | { readonly ok: true; readonly principal: Principal }
  | {
      readonly ok: false;
      readonly reply: ErrorReply;
      /** The client has shown its token, and has another role. */
      readonly principal?: Principal;
    };

const ANYBODY: Authorisation = {
  ok: true,
  principal: { name: '', role: 'operate', proven: false },
};
const UNVERIFIED = ' (unverified)';
const HINT =
  'Send the token of a client with this role: as `auth` in the request, over HTTP as `Authorization: Bearer`. ' +
  '`lockstep keys add NAME --role ROLE` makes one.';

/**
 * @param token as presented; undefined if there is none
 * @param op as `roleOp` has it
 */
export function authorise(
  { list, mode }: Access,
  token: string | undefined,
  op: string,
): Authorisation {
  const client = token === undefined ? undefined : list?.byToken(token);
  if (client === undefined) {
    if (list === undefined && mode === 'auto') return ANYBODY;
    return refused(token === undefined ? 'there is no token' : 'the token is not known', op);
  }
  const { name, role } = client;
  return authoriseKnown({ name, role, proven: true }, op);
}

/** @param principal as a door has found it by its token; `op` as `roleOp` has it */
export function authoriseKnown(principal: Principal, op: string): Authorisation {
  const { name, role } = principal;
  if (mayDo(role, op)) return { ok: true, principal };
  return { ...refused(`the client ${name} has the role ${role}`, op), principal };
}

/**
 * The author of an act, for people: the name of a proven client, or the client's own word, marked as such. No client's
 * name has the form of the mark.
 */
export function authorOf(
  principal: Principal | undefined,
  word: string | undefined,
): string | undefined {
  if (principal?.proven === true) return principal.name;
  return word === undefined ? undefined : `${word}${UNVERIFIED}`;
}

function refused(why: string, op: string): Extract<Authorisation, { ok: false }> {
  const roles = rolesFor(op);
  const needed = [roles.slice(0, -1).join(', '), roles.at(-1)].filter(Boolean).join(' or ');
  const reply = errorReply('unauthorised', `${why}: the role ${needed} is needed`, { hint: HINT });
  return { ok: false, reply };
}
