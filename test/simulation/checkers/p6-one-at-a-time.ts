/**
 * P6: the commands of one key send requests one after another, in the order of acceptance; the
 * journal never has two of them past `accepted`. Within one command there is one exchange at a time
 * with each node.
 */
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';

export class OneAtATime implements Judge {
  readonly #scene: Scene;
  /** By key: the latest command that has sent a request. */
  readonly #latest = new Map<string, number>();
  readonly #running = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'sent':
        return this.#sent(happening.exchange);
      case 'answered':
      case 'gaveUp':
        this.#running.delete(nameOf(happening.exchange));
        return undefined;
      case 'died':
        return this.#running.clear();
      case 'durable':
        for (const { seq } of [
          ...happening.batch.begin,
          ...happening.batch.accept.map((one) => one.command),
        ]) {
          this.#checkKey(seq);
        }
        return undefined;
      default:
        return undefined;
    }
  }

  #sent(exchange: Exchange): void {
    const { ledger, fail } = this.#scene;
    const { command, node } = exchange;
    const { groupId, seq, id } = command;
    if (this.#running.has(nameOf(exchange))) fail('P6', `${id} has two exchanges with ${node}`);
    this.#running.add(nameOf(exchange));
    const latest = this.#latest.get(groupId) ?? 0;
    if (latest > seq) fail('P6', `${id} asks ${node} after a later command has`);
    if (latest === seq) return;
    this.#latest.set(groupId, seq);
    const before = ledger
      .ofKey(groupId)
      .find((entry) => entry.command.seq < seq && entry.settled === undefined);
    if (before !== undefined) fail('P6', `${id} begins before ${before.command.id} has settled`);
  }

  #checkKey(seq: number): void {
    const { ledger, fail } = this.#scene;
    const entry = ledger.of(seq);
    if (entry === undefined) return;
    const begun = ledger
      .ofKey(entry.command.groupId)
      .filter((one) => one.began !== undefined && one.settled === undefined);
    if (begun.length > 1)
      fail('P6', `${begun.map(({ command }) => command.id).join(', ')} run on one key`);
  }
}

function nameOf({ command, node }: Exchange): string {
  return `${command.seq} ${node}`;
}
