/**
 * P9, as far as commands go: after its deadline none is driven forward any more. Nothing that would
 * bring a node nearer to what the command wants leaves from then on, by the daemon's own clock; what
 * undoes goes on (P5).
 */
import type { Happening, Judge, Scene } from '../happening.ts';

export class NotAfterTheDeadline implements Judge {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind !== 'sent') return;
    const { command, node, request } = happening.exchange;
    const lateMs = this.#scene.wallNow() - command.deadlineAt;
    if (request.kind !== command.op || lateMs < 0) return;
    this.#scene.fail('P9', `${command.id} goes on at ${node} ${lateMs} ms after its deadline`);
  }
}
