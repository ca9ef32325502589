/**
 * Who uses the page. The link that `lockstep page` prints has the token in its fragment, which browsers send to nobody;
 * the page changes it for a cookie that no script can read, and removes it from the address bar.
 */
import { computed, signal } from '@preact/signals';
import { type Outcome, post, read, remove } from './api.ts';

export interface User {
  readonly name: string;
  readonly role: 'commands' | 'read' | 'operate';
}

export type Session =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'logged_out'; readonly why?: string }
  | { readonly kind: 'logged_in'; readonly user: User };

export const session = signal<Session>({ kind: 'unknown' });

export const mayOperate = computed(
  () => session.value.kind === 'logged_in' && session.value.user.role === 'operate',
);

/** At the start of the page: by the link, or by the cookie of an earlier login. */
export async function startSession(): Promise<void> {
  const token = takeToken();
  if (token !== undefined) return logIn(token);
  return follow(await read<User>('/session'), false);
}

export async function logIn(token: string): Promise<void> {
  return follow(await post<User>('/session', { token: token.trim() }), true);
}

export async function logOut(): Promise<void> {
  const ended = await remove('/session');
  session.value = ended.ok
    ? { kind: 'logged_out' }
    : { kind: 'logged_out', why: `The session may go on: ${ended.fault.message}.` };
}

/** The daemon no longer knows the session. */
export function endSession(): void {
  if (session.value.kind === 'logged_in') {
    session.value = { kind: 'logged_out', why: 'The session has ended. Log in again.' };
  }
}

function follow(outcome: Outcome<User>, isLogIn: boolean): void {
  if (outcome.ok) {
    session.value = { kind: 'logged_in', user: outcome.value };
    return;
  }
  const { kind, message, hint } = outcome.fault;
  const isPlain = kind === 'logged_out' && !isLogIn;
  session.value = isPlain
    ? { kind: 'logged_out' }
    : { kind: 'logged_out', why: [`${message}.`, hint].filter(Boolean).join(' ') };
}

/** The token of the link; the address bar and the history keep none. */
function takeToken(): string | undefined {
  const token = /^#token=([\w.~+/=-]{1,128})$/.exec(location.hash)?.[1];
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return token;
}
