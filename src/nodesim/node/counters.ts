/** Counts the calls, answers and faults of a node since its start or the last reset. */
import { FAULT_KINDS, type FaultKind } from '../faults/schema.ts';
import type { Method } from './group-request.ts';

export type CountedFault = 'randomBehavior' | 'forceStatus' | FaultKind;

export interface CountersReport {
  readonly calls: Readonly<Record<Method | 'list', number>>;
  /** Answers to create, delete and read, by status; calls without an answer are not counted. */
  readonly answers: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<CountedFault, number>>;
  /** Effects that will land later, and effects that have landed. */
  readonly late: { readonly waiting: number; readonly landed: number };
}

export class Counters {
  readonly calls = { create: 0, delete: 0, read: 0, list: 0 };
  readonly answers: Record<number, number> = {};
  readonly faults: Record<CountedFault, number> = emptyFaults();
  #landed = 0;

  /** A late effect has landed. */
  countLanded(): void {
    this.#landed += 1;
  }

  answered(status: number): void {
    this.answers[status] = (this.answers[status] ?? 0) + 1;
  }

  /** @param waiting effects that will land later */
  report(waiting: number): CountersReport {
    return {
      calls: { ...this.calls },
      answers: { ...this.answers },
      faults: { ...this.faults },
      late: { waiting, landed: this.#landed },
    };
  }
}

function emptyFaults(): Record<CountedFault, number> {
  const kinds: readonly CountedFault[] = ['randomBehavior', 'forceStatus', ...FAULT_KINDS];
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<CountedFault, number>;
}
