/**
 * P2, by a watch on requests: no request that can change a node is sent before the journal has the
 * command, the node, the finding of its survey, and the direction of the request.
 */
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';
import { directionOf } from '../ledger.ts';

export class DurableBeforeSent implements Judge {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind === 'sent' && happening.exchange.request.kind !== 'read') {
      this.#check(happening.exchange);
    }
  }

  #check({ command, node, request }: Exchange): void {
    const { ledger, plan } = this.#scene;
    const fail = (why: string) =>
      this.#scene.fail('P2', `${command.id} sends a ${request.kind} to ${node} ${why}`);
    const entry = ledger.of(command.seq);
    if (entry?.began === undefined) return fail('before its intent is durable');
    if (entry.settled !== undefined) return fail('after it is settled');
    if (entry.command.token !== command.token || !entry.command.nodes.includes(node)) {
      return fail('that its durable record does not name');
    }
    if (command.op === 'delete' || !plan.policy.tokens) {
      const found = entry.began.findings?.[node]?.presence;
      if (found !== (command.op === 'delete' ? 'present' : 'absent')) {
        return fail(`where its durable survey found it ${found}`);
      }
    }
    const direction = directionOf(entry, node);
    if ((request.kind === command.op) !== (direction === 'want')) {
      return fail(`while the durable direction is ${direction}`);
    }
    return undefined;
  }
}
