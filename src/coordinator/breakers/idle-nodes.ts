/**
 * Nodes that nobody calls: which of them is to be asked by the health path of its dialect, and what the answers say. Any
 * call of a command counts as a sign of life or death by itself, so only the breaker sees it; a health check is made when
 * there was none for a while, one at a time for each node.
 *
 * One failed check may be a connection that the node had closed: only the second in a row says that the node is away.
 */
import type { HealthSignal } from '../../core/breaker/breaker.ts';

/** Failed checks in a row that say that the node is away. */
const FAILED_MAX = 2;
/** The wait before the check after a failed one, ms. */
const AGAIN_MS = 1000;

interface IdleNode {
  /** The latest call of a command, or the end of the latest check. */
  seenAt: number;
  failed: number;
  isAsked: boolean;
  /** A command has called it since it was asked: that says more than the answer. */
  isOverruled: boolean;
}

export class IdleNodes {
  readonly #everyMs: number;
  readonly #nodes: ReadonlyMap<string, IdleNode>;

  /** @param everyMs 0: none is ever asked */
  constructor(nodeNames: readonly string[], { everyMs, now }: { everyMs: number; now: number }) {
    this.#everyMs = everyMs;
    this.#nodes = new Map(
      nodeNames.map((name) => [
        name,
        { seenAt: now, failed: 0, isAsked: false, isOverruled: false },
      ]),
    );
  }

  /** It was called. */
  called(node: string, now: number): void {
    Object.assign(this.#of(node), { seenAt: now, failed: 0, isOverruled: true });
  }

  /** Whether it is to be asked now: then it counts as asked until `checked`. */
  ask(node: string, now: number): boolean {
    const idle = this.#of(node);
    const waitMs = idle.failed > 0 ? Math.min(AGAIN_MS, this.#everyMs) : this.#everyMs;
    if (this.#everyMs === 0 || idle.isAsked || now - idle.seenAt < waitMs) return false;
    Object.assign(idle, { isAsked: true, isOverruled: false });
    return true;
  }

  /** @returns how many checks in a row have failed, if they say that the node is away */
  checked(node: string, signal: HealthSignal, now: number): number | undefined {
    const idle = this.#of(node);
    Object.assign(idle, { isAsked: false, seenAt: now });
    if (idle.isOverruled || signal === 'none') return undefined;
    idle.failed = signal === 'good' ? 0 : idle.failed + 1;
    if (idle.failed < FAILED_MAX) return undefined;
    const { failed } = idle;
    idle.failed = 0;
    return failed;
  }

  #of(node: string): IdleNode {
    const idle = this.#nodes.get(node);
    if (idle === undefined) throw new Error(`there is no node ${node}`);
    return idle;
  }
}
