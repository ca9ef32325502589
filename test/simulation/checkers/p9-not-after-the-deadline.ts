/**
 * P9, for commands: after its deadline no command is driven forward. From then on, by the daemon's
 * own clock, no request is sent that brings a node nearer to the command's goal; the undoing
 * continues (P5). Independent of any clock, no command is driven forward in one run for longer than
 * its whole deadline. Deletes that cannot be undone have a checker of
 * their own (`p1-point-of-no-return.ts`).
 */
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';
import { isIrreversible } from './p1-point-of-no-return.ts';

export class NotAfterTheDeadline implements Judge {
  readonly #scene: Scene;
  /** The time at which the present run was ready; undefined while it starts. */
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
    if (request.kind !== command.op || isIrreversible(this.#scene, command)) return;
    const { wallNow, fail } = this.#scene;
    const lateMs = Math.max(wallNow() - command.deadlineAt, this.#tooLongMs(command.seq));
    if (lateMs >= 0) fail('P9', `${command.id} goes on at ${node} ${lateMs} ms after its deadline`);
  }

  /** By virtual time, and by the times in the journal at its acceptance. */
  #tooLongMs(seq: number): number {
    const { ledger, now } = this.#scene;
    const entry = ledger.of(seq);
    if (entry === undefined || this.#startedAt === undefined) return Number.NEGATIVE_INFINITY;
    const since = Math.max(entry.acceptedAt, this.#startedAt);
    return now() - since - (entry.command.deadlineAt - entry.command.acceptedAt);
  }
}
