/**
 * P6, of audits: a repair is never taken in while another command of the key is open, and it wants what
 * the last command that committed wanted: it brings nothing back that was deleted, and takes nothing
 * away that was created.
 */
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
    const last = before.findLast(({ settled }) => settled?.state === 'committed');
    if (journal !== 'unknown' && last?.command.op !== op) {
      fail('P6', `the repair ${id} is a ${op} after ${last?.command.id}`);
    }
  }
}

function findingsOf(answer: Answer): readonly AuditFinding[] {
  return 'findings' in answer ? answer.findings : [];
}
