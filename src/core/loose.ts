/** Requests that may still land, and what they stand against (P4). */
import type { Command, Inherited, Loose, Presence } from './model.ts';
import { sameToken } from './token.ts';

/** A state to bring a node to, as far as loose requests can oppose it. */
export interface Want {
  readonly presence: Presence;
  /** Of presence: the owner mark the record will have; absent if any record will do. */
  readonly token?: string;
}

/** What a command wants of every node; with `ensure`, a record of any owner will do. */
export function wantedBy(command: Pick<Command, 'op' | 'ensure' | 'token'>): Want {
  if (command.op === 'delete') return { presence: 'absent' };
  return command.ensure ? { presence: 'present' } : { presence: 'present', token: command.token };
}

/**
 * P4.3: a create opposes absence; a delete opposes presence, a guarded one only that of its
 * token's record.
 */
export function opposes(loose: Loose, want: Want): boolean {
  if (loose.effect === want.presence) return false;
  if (loose.effect === 'present') return true;
  if (loose.token === undefined || want.token === undefined) return true;
  return sameToken(loose.token, want.token);
}

/** When the last request that opposes `want` will have ended; 0 if none does. */
export function opposedUntil(loose: readonly Loose[], want: Want, now: number): number {
  let until = 0;
  for (const one of loose) {
    if (one.until > now && one.until > until && opposes(one, want)) until = one.until;
  }
  return until;
}

/**
 * Whether a request with this effect may still land, so that sending it again could have the effect twice. Of presence:
 * a request that makes the record of `want.token`; of absence: any delete.
 */
export function isAwaited(loose: readonly Loose[], want: Want, now: number): boolean {
  return loose.some(({ effect, token, until }) => {
    if (until <= now || effect !== want.presence) return false;
    return effect === 'absent' || token === want.token;
  });
}

/** Until when what an earlier life has sent to this node may still land. */
export function inheritedUntil(inherited: Inherited, node: string): number {
  return inherited[node] ?? Math.max(...Object.values(inherited));
}

/**
 * Adds a request, drops those that have ended, and keeps one of its kind: the longest. There may be
 * several of a kind before: those of earlier commands come as they are.
 */
export function withLoose(list: readonly Loose[], added: Loose, now: number): readonly Loose[] {
  const kept: Loose[] = [];
  let longest = added;
  for (const one of list) {
    if (one.effect !== added.effect || one.token !== added.token) {
      if (one.until > now) kept.push(one);
    } else if (one.until > longest.until) {
      longest = one;
    }
  }
  kept.push(longest);
  return kept;
}
