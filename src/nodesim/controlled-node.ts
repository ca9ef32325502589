/**
 * The requests of main and of the controls to a node, on the node's side: applies controls, and
 * answers the calls that the shared port forwards. It makes sure that a node in `refuse` really
 * refuses connections.
 */
import type { Socket } from 'node:net';
import type { NodePort } from './http/port.ts';
import { asOutcome, errorReply } from './node/answers.ts';
import type { Caller, GroupNode } from './node/group-node.ts';
import type { Control, ControlReply, ForwardedCall } from './thread-messages.ts';

/** The shared port can't refuse connections for one node: it answers like a proxy. */
const REFUSED = asOutcome(errorReply(502, 'the node refuses connections'));

export class ControlledNode {
  readonly #node: GroupNode;
  readonly #port: NodePort;

  constructor(node: GroupNode, port: NodePort) {
    this.#node = node;
    this.#port = port;
  }

  /** A group or list call that came by the shared port. */
  forwarded(call: Exclude<ForwardedCall, { kind: 'control' }>, caller: Caller): void {
    if (this.#node.faults.refuse === true) caller.deliver(REFUSED);
    else if (call.kind === 'group') this.#node.group(call.request, caller);
    else this.#node.list(call.request, caller);
  }

  /**
   * Applies the control and returns the state after it, once all changes before it are committed.
   * @param spared a connection that `refuse` leaves open, so that the answer can be sent
   */
  async control(control: Control, spared?: Socket): Promise<ControlReply> {
    const reply = this.#apply(control);
    if (this.#node.faults.refuse === true) this.#port.close(spared);
    else await this.#port.open();
    await new Promise<void>((resolve) => this.#node.afterCommit(resolve));
    return reply;
  }

  #apply(control: Control): ControlReply {
    const node = this.#node;
    switch (control.kind) {
      case 'faults':
        return node.faults;
      case 'setFaults':
        node.setFaults(control.faults);
        return node.faults;
      case 'settings':
        return this.#shownSettings();
      case 'change':
        node.change(control.change);
        return this.#shownSettings();
      case 'counters':
        return node.counters();
      case 'summary':
        return { count: node.count, digest: node.digest };
      case 'reset':
        node.reset();
        return node.counters();
    }
  }

  #shownSettings(): ControlReply {
    const { randomBehavior, showTokens, deleteMissing } = this.#node.settings;
    return { randomBehavior, showTokens, deleteMissing };
  }
}
