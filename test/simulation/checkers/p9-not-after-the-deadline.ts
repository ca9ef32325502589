/**
 * P9, as far as commands go: after its deadline none is driven forward any more. Nothing that would
 * bring a node nearer to what the command wants leaves from then on, by the daemon's own clock; what
 * undoes goes on (P5). And whatever that clock says, or said in the life that took the command in: none
 * is driven forward in one life for longer than its deadline allows in all.
 */
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';

export class NotAfterTheDeadline implements Judge {
  readonly #scene: Scene;
  /** When the life that runs was ready; undefined while it starts. */
  #startedAt: number | undefined = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind === 'died') this.#startedAt = undefined;
    if (happening.kind === 'started') this.#startedAt = this.#scene.now();
    if (happening.kind === 'sent') this.#sent(happening.exchange);
  }

  #sent({ command, node, request }: Exchange): void {
    if (request.kind !== command.op) return;
    const { wallNow, fail } = this.#scene;
    const lateMs = Math.max(wallNow() - command.deadlineAt, this.#tooLongMs(command.seq));
    if (lateMs >= 0) fail('P9', `${command.id} goes on at ${node} ${lateMs} ms after its deadline`);
  }

  /** By virtual time and by what the journal was told at its acceptance. */
  #tooLongMs(seq: number): number {
    const { ledger, now } = this.#scene;
    const entry = ledger.of(seq);
    if (entry === undefined || this.#startedAt === undefined) return Number.NEGATIVE_INFINITY;
    const since = Math.max(entry.acceptedAt, this.#startedAt);
    return now() - since - (entry.command.deadlineAt - entry.command.acceptedAt);
  }
}
