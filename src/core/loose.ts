/** Requests that may still land, and the goals that they oppose (P4). */
import type { Command, Inherited, Loose, Presence } from './model.ts';
import { sameToken } from './token.ts';

/** A wanted state of a node, as far as loose requests can oppose it. */
export interface Want {
  readonly presence: Presence;
  /** Of presence: the owner mark of the wanted record; absent if any record will do. */
  readonly token?: string;
}

/** The goal of a command for every node; with `ensure`, a record of any owner will do. */
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

/** The time at which the last request that opposes `want` ends; 0 if none opposes it. */
export function opposedUntil(loose: readonly Loose[], want: Want, now: number): number {
  let until = 0;
  for (const one of loose) {
    if (one.until > now && one.until > until && opposes(one, want)) until = one.until;
  }
  return until;
}

/**
 * Whether a request with this effect may still land, so that a repeat could have the effect twice.
 * Of presence: a request that makes the record of `want.token`; of absence: any delete.
 */
export function isAwaited(loose: readonly Loose[], want: Want, now: number): boolean {
  return loose.some(({ effect, token, until }) => {
    if (until <= now || effect !== want.presence) return false;
    return effect === 'absent' || token === want.token;
  });
}

/** The time until which a request of an earlier run may still land on this node. */
export function inheritedUntil(inherited: Inherited, node: string): number {
  return inherited[node] ?? Math.max(...Object.values(inherited));
}

/**
 * Adds a request, drops ended ones, and keeps the longest of its kind. Several of one kind may
 * exist before: those of earlier commands stay as they are.
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
