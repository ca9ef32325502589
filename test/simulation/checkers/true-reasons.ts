/**
 * The reported reason is true: `already_exists` if every node held a record of another command,
 * `diverged` if some nodes did, and so on. This is no numbered promise, but clients decide by it.
 */
import type { Command, Reason, Settlement } from '../../../src/core/model.ts';
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';
import { OperatorWords } from './operator-words.ts';
import { isIrreversible } from './p1-point-of-no-return.ts';
import { isOfNobody, judgedNodes } from './retired.ts';

/** The states that a command found, by node. */
interface Met {
  readonly seq: number;
  /** At some time there was a record of another command. */
  readonly strange: Set<string>;
  /** At some time, before this command touched the node, there was no record. */
  readonly missing: Set<string>;
  /** A node refused the request, or created a record of another key. */
  denied: boolean;
}

export class TrueReasons implements Judge {
  readonly #scene: Scene;
  readonly #met = new Map<string, Met>();
  readonly #cancelled = new OperatorWords('cancel');
  readonly #abandoned = new OperatorWords('abandon');

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'asked':
        this.#cancelled.hear(happening);
        return this.#abandoned.hear(happening);
      case 'sent':
        return this.#sent(happening.exchange);
      case 'answered':
      case 'gaveUp':
        if (happening.denied) this.#of(happening.exchange.command).denied = true;
        return undefined;
      case 'changed':
        return this.#changed(happening);
      case 'meddled':
        this.#met.delete(happening.groupId);
        return undefined;
      case 'emptied':
        for (const met of this.#met.values()) met.missing.add(happening.node);
        return undefined;
      case 'durable':
        for (const { seq, settlement } of happening.batch.settle) this.#check(seq, settlement);
        return undefined;
      default:
        return undefined;
    }
  }

  /** The state at its first request. */
  #of(command: Command): Met {
    const known = this.#met.get(command.groupId);
    if (known?.seq === command.seq) return known;
    const { record } = this.#scene;
    const holds = (node: string) => record(node, command.groupId) !== undefined;
    const met: Met = {
      seq: command.seq,
      strange: new Set(command.nodes.filter(holds)),
      missing: new Set(command.nodes.filter((node) => !holds(node))),
      denied: false,
    };
    this.#met.set(command.groupId, met);
    return met;
  }

  #sent({ command }: Exchange): void {
    this.#of(command);
  }

  /** A late request of an earlier command, while a later one runs. */
  #changed({ exchange, after }: Extract<Happening, { kind: 'changed' }>): void {
    const met = this.#met.get(exchange.command.groupId);
    if (met === undefined || met.seq === exchange.command.seq) return;
    (after === undefined ? met.missing : met.strange).add(exchange.node);
  }

  #check(seq: number, settlement: Settlement): void {
    const { state, reason } = settlement;
    const command = this.#scene.ledger.of(seq)?.command;
    if (command === undefined) return;
    // A command that was parked and given up.
    const isMeant = this.#abandoned.mayMean(command.id) || isOfNobody(settlement);
    const isGivenUp = state === 'abandoned' && isMeant;
    if (isGivenUp && reason === 'cancelled') return;
    // It may have failed before a node was retired, or after.
    const rest = { ...command, nodes: judgedNodes(command.nodes, settlement.nodes) };
    const isSo = () => this.#isSo(command, reason) || this.#isSo(rest, reason);
    const isTrue = state === 'committed' ? reason === undefined : isSo();
    if (!isTrue) this.#scene.fail('told', `${command.id} is ${state} because of ${reason}`);
  }

  #isSo(command: Command, reason: Reason | undefined): boolean {
    const { id, op, nodes } = command;
    if (reason === undefined) return false;
    if (reason === 'cancelled') {
      // Before its point of no return a delete that is given up is refused.
      const isGivenUp = isIrreversible(this.#scene, command) && this.#abandoned.mayMean(id);
      return isGivenUp || this.#cancelled.mayMean(id);
    }
    // The clock may be set between runs: whether the command was late by that clock is unknown
    // here.
    if (reason === 'deadline') return true;
    const met = this.#met.get(command.groupId);
    if (met?.seq !== command.seq) return false;
    const of = (seen: ReadonlySet<string>) => nodes.filter((node) => seen.has(node)).length;
    const [strange, missing] = [of(met.strange), of(met.missing)];
    return {
      already_exists: op === 'create' && strange === nodes.length,
      diverged: op === 'create' ? strange > 0 : missing > 0,
      not_found: op === 'delete' && missing === nodes.length,
      node_refused: met.denied,
      different: op === 'create' && strange > 0,
    }[reason];
  }
}
