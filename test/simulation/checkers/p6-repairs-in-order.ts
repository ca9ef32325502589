/**
 * P6, for audits: a repair is never accepted while another command of the key is open. It has the
 * goal of the last committed command, or, for each node, the state that a later rollback reports.
 * So it restores no deleted record and removes no created one.
 */
import type { Operation, Presence } from '../../../src/core/model.ts';
import type { Answer, AuditFinding } from '../../../src/protocol/answer.ts';
import type { Happening, Judge, Scene } from '../happening.ts';

export class RepairsInOrder implements Judge {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind !== 'said') return;
    for (const finding of findingsOf(happening.answer)) this.#check(finding);
  }

  #check({ groupId, journal, repair }: AuditFinding): void {
    const { ledger, fail } = this.#scene;
    const entry = repair?.id === undefined ? undefined : ledger.byId(repair.id);
    if (entry === undefined) return;
    const { id, op, seq } = entry.command;
    const before = ledger.ofKey(groupId).filter((one) => one.command.seq < seq);
    const open = before.find(({ settledAt = Infinity }) => settledAt > entry.acceptedAt);
    if (open !== undefined) fail('P6', `the repair ${id} meets ${open.command.id}, which is open`);
    if (journal === 'unknown') return;
    const committed = before.findLast(({ settled }) => settled?.state === 'committed');
    const last = before.findLast(({ settled }) => settled && settled.state !== 'refused');
    const left = last?.settled?.state === 'rolled_back' ? last.settled.nodes : {};
    // Without those that had been retired.
    for (const name of entry.command.nodes) {
      const state = left[name]?.state ?? 'unknown';
      const due = state === 'unknown' ? presenceBy(committed?.command.op) : state;
      if (due === presenceBy(op)) continue;
      fail('P6', `the repair ${id} is a ${op} after ${last?.command.id}, ${name} was ${due}`);
    }
  }
}

function presenceBy(op: Operation | undefined): Presence | 'unknown' {
  if (op === undefined) return 'unknown';
  return op === 'create' ? 'present' : 'absent';
}

function findingsOf(answer: Answer): readonly AuditFinding[] {
  return 'findings' in answer ? answer.findings : [];
}
