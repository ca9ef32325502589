/**
 * The number of keys on which nodes differ from the journal, by the latest look at each. An audit of all pages
 * replaces the number, a look at single keys corrects it. In memory, bounded (P9).
 */
import type { AuditAnswer } from '../../protocol/answer.ts';
import type { AuditEvent } from '../../protocol/event.ts';
import type { AuditRequest } from '../../protocol/request.ts';

/** The most keys that are kept; beyond them the figure is a lower bound. */
const KEYS_MAX = 100_000;

export interface AuditSummary {
  readonly divergent: number;
  /** When the latest audit of all keys ended, steady ms. */
  readonly finishedAt: number;
}

interface Run {
  readonly keys: Set<string>;
  checked: number;
  /** The key at which its next page begins. */
  next: string;
}

export class Divergence {
  #keys = new Set<string>();
  #finishedAt: number | undefined;
  #run: Run | undefined;

  /** Undefined before the first audit of all keys has ended. */
  get summary(): AuditSummary | undefined {
    if (this.#finishedAt === undefined) return undefined;
    return { divergent: this.#keys.size, finishedAt: this.#finishedAt };
  }

  /** Notes the answer of a request; returns the audit that it ended, if it ended one. */
  note(request: AuditRequest, answer: AuditAnswer, now: number): AuditEvent | undefined {
    if (request.keys !== undefined) {
      this.#correct(request.keys, answer);
      return undefined;
    }
    if (request.after === undefined) this.#run = { keys: new Set(), checked: 0, next: '' };
    const run = this.#run;
    // A client began in the middle, or two clients alternate: that is no audit of all keys.
    if (run === undefined || run.next !== (request.after ?? '')) return undefined;
    run.checked += answer.checked;
    for (const { groupId } of answer.findings) add(run.keys, groupId);
    if (answer.next !== undefined) {
      run.next = answer.next;
      return undefined;
    }
    this.#run = undefined;
    this.#keys = run.keys;
    this.#finishedAt = now;
    return { checked: run.checked, divergent: run.keys.size };
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
