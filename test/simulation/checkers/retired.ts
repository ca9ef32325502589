/**
 * The commands that may go on without a node, by what is seen: an operator has asked to retire it, the journal has that,
 * and had the command before. A settlement that leaves a node out must be one of them.
 */
import type { Command, NodeOutcome, Settlement } from '../../../src/core/model.ts';
import type { Happening, Scene } from '../happening.ts';

export class Retired {
  readonly #scene: Scene;
  /** By node: the last command that was accepted when its retirement became durable. */
  readonly #upTo = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind !== 'kept') return;
    const [, node] = /^retire\/(.*)$/.exec(happening.name) ?? [];
    if (node === undefined || happening.value?.includes('"over"') !== false) return;
    let last = 0;
    for (const { command } of this.#scene.ledger.all) last = Math.max(last, command.seq);
    this.#upTo.set(node, last);
  }

  /** An operator has retired the node, and the command was there. */
  isFor(node: string, { seq }: Pick<Command, 'seq'>): boolean {
    return seq <= (this.#upTo.get(node) ?? 0);
  }
}

type Outcomes = Readonly<Record<string, NodeOutcome>>;

/** The nodes that a settlement is about. */
export function judgedNodes(nodes: readonly string[], outcomes: Outcomes): readonly string[] {
  return nodes.filter((node) => outcomes[node]?.retired !== true);
}

/** It leaves every node out: nothing is left to promise. */
export function isOfNobody({ nodes }: Pick<Settlement, 'nodes'>): boolean {
  return Object.values(nodes).every(({ retired }) => retired === true);
}
