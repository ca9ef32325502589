/**
 * The number of keys on which nodes differ from the journal, by the latest look at each. An audit of all pages
 * replaces the number, a look at single keys corrects it. In memory, bounded (P9); of an earlier life only the number
 * is known, and stays until the next audit of all keys.
 */
import type { AuditAnswer } from '../../protocol/answer.ts';
import type { AuditEvent } from '../../protocol/event.ts';
import type { AuditRequest } from '../../protocol/request.ts';

/** The most keys that are kept; beyond them the figure is a lower bound. */
const KEYS_MAX = 100_000;

/** An audit whose next page does not come for so long was left. */
const RUN_MS_MAX = 60_000;

export interface AuditSummary {
  readonly divergent: number;
  /** When the latest audit of all keys ended, steady ms. */
  readonly finishedAt: number;
}

/** An audit of all keys that has ended. */
export interface EndedAudit extends AuditSummary {
  readonly event: AuditEvent;
  /** Its result is in the journal: it is the summary from now on. */
  readonly adopt: () => void;
}

interface Run {
  readonly keys: Set<string>;
  checked: number;
  /** The key at which its next page begins. */
  next: string;
  /** Its latest page, steady ms. */
  at: number;
}

export class Divergence {
  #keys = new Set<string>();
  #finishedAt: number | undefined;
  #restored: AuditSummary | undefined;
  #run: Run | undefined;

  /** Undefined before the first audit of all keys has ended. */
  get summary(): AuditSummary | undefined {
    if (this.#finishedAt === undefined) return this.#restored;
    return { divergent: this.#keys.size, finishedAt: this.#finishedAt };
  }

  /** The result of an earlier life. */
  restore(summary: AuditSummary): void {
    this.#restored = summary;
  }

  /** Whether somebody else's audit of all keys is under way, by one that would go on at this key. */
  isAudited(after: string, now: number): boolean {
    const run = this.#run;
    return run !== undefined && run.next !== after && now - run.at < RUN_MS_MAX;
  }

  /** Notes the answer of a request; returns the audit that it ended, if it ended one. Nobody knows its result yet. */
  note(request: AuditRequest, answer: AuditAnswer, now: number): EndedAudit | undefined {
    // Nothing was compared with the journal.
    if (!request.journal) return undefined;
    if (request.keys !== undefined) {
      this.#correct(request.keys, answer);
      return undefined;
    }
    if (request.after === undefined) this.#run = { keys: new Set(), checked: 0, next: '', at: now };
    const run = this.#run;
    // A client began in the middle, or two clients alternate: that is no audit of all keys.
    if (run === undefined || run.next !== (request.after ?? '')) return undefined;
    run.at = now;
    run.checked += answer.checked;
    for (const { groupId } of answer.findings) add(run.keys, groupId);
    if (answer.next !== undefined) {
      run.next = answer.next;
      return undefined;
    }
    this.#run = undefined;
    const { checked, keys } = run;
    const divergent = keys.size;
    const adopt = (): void => {
      this.#keys = keys;
      this.#finishedAt = now;
    };
    return { divergent, finishedAt: now, event: { checked, divergent }, adopt };
  }

  #correct(looked: readonly string[], { findings, busy }: AuditAnswer): void {
    const unjudged = new Set(busy);
    for (const key of looked) if (!unjudged.has(key)) this.#keys.delete(key);
    for (const { groupId } of findings) add(this.#keys, groupId);
  }
}

function add(keys: Set<string>, key: string): void {
  if (keys.size < KEYS_MAX) keys.add(key);
}
