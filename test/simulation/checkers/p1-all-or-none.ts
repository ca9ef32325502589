/**
 * P1, by the records on the nodes: the key of a settled command is on every node as its settlement
 * says, from its settlement until the next command of the key begins, whatever still lands. And by
 * the answers to clients: the outcomes, in order, lead to exactly the records that the nodes hold
 * in the end (`told-and-held.ts`).
 *
 * "As before" is the state when the command sent its first request. Late requests of earlier
 * commands (only an abandoned one leaves any that matter) may change that state while the command
 * has not touched the node. A node that loses its data is not judged for the command that ran then,
 * nor for the one before, because no daemon could keep that promise. It is judged from the next
 * command on. The same holds for a key to which another client has written. A node that an operator has
 * retired is left out, if the settlement says so; nothing false is told of it.
 */
import type { Command, Settlement } from '../../../src/core/model.ts';
import { WrittenRecord } from '../../../src/protocol/record/record.ts';
import type { Exchange, Happening, Judge, Scene, StoredRecord } from '../happening.ts';
import { isOfNobody, Retired } from './retired.ts';
import { judgeRepairs, judgeWhatWasTold } from './told-and-held.ts';

type Held = StoredRecord | undefined;

/** One node, in the state in which a command found it. */
interface Sight {
  /** The states that are right if the command is undone. */
  readonly prior: Held[];
  /** A request of this command took effect. */
  changed: boolean;
  /** The node has lost its data since. */
  emptied: boolean;
}

/** One command, from its first request until the first request of the key's next command. */
interface Watch {
  readonly command: Command;
  readonly sights: ReadonlyMap<string, Sight>;
  settlement: Settlement | undefined;
}

export class AllOrNone implements Judge {
  readonly #scene: Scene;
  readonly #watches = new Map<string, Watch>();
  /** Keys whose state does not follow from the outcomes: data was lost, or others wrote. */
  readonly #unknowable = new Set<string>();

  /** Keys whose list is incomplete. */
  readonly #pruned = new Set<string>();
  readonly #retired: Retired;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#retired = new Retired(scene);
  }

  hear(happening: Happening): void {
    this.#retired.hear(happening);
    switch (happening.kind) {
      case 'sent':
        return this.#sent(happening.exchange);
      case 'changed':
        return this.#changed(happening);
      case 'durable':
        for (const { seq, settlement } of happening.batch.settle) this.#settled(seq, settlement);
        return undefined;
      case 'emptied':
        return this.#empty(happening.node);
      case 'meddled':
        // The record of the last command is gone; the next command finds the present state.
        this.#watches.delete(happening.groupId);
        this.#unknowable.add(happening.groupId);
        return undefined;
      case 'pruned':
        for (const { groupId } of happening.commands) {
          this.#unknowable.add(groupId);
          this.#pruned.add(groupId);
        }
        return undefined;
      case 'ended':
        for (const watch of this.#watches.values()) this.#check(watch);
        judgeWhatWasTold(this.#scene, happening.listed, this.#unknowable);
        if (this.#scene.plan.isAudited) {
          judgeRepairs(this.#scene, happening.listed, this.#pruned);
        }
        return undefined;
      default:
        return undefined;
    }
  }

  #sent({ command }: Exchange): void {
    const watch = this.#watches.get(command.groupId);
    if (watch?.command.seq === command.seq) return;
    const sight = (node: string): Sight => ({
      prior: [this.#scene.record(node, command.groupId)],
      changed: false,
      emptied: false,
    });
    const sights = new Map(command.nodes.map((node) => [node, sight(node)]));
    this.#watches.set(command.groupId, { command, sights, settlement: undefined });
  }

  #changed({ exchange, before, after }: Extract<Happening, { kind: 'changed' }>): void {
    const { command, node } = exchange;
    const watch = this.#watches.get(command.groupId);
    const sight = watch?.sights.get(node);
    if (watch === undefined || sight === undefined) return;
    if (watch.command.seq === command.seq) {
      this.#checkVictim(watch, sight, { node, victim: before });
      sight.changed = true;
    } else if (!sight.changed) {
      sight.prior.push(after);
    }
    if (watch.settlement !== undefined) this.#check(watch);
  }

  #settled(seq: number, settlement: Settlement): void {
    const { ledger, fail } = this.#scene;
    const entry = ledger.of(seq);
    if (entry === undefined) return;
    this.#checkLeftOut(entry.command, settlement);
    const watch = this.#watches.get(entry.command.groupId);
    if (watch?.command.seq === seq) {
      watch.settlement = settlement;
      this.#check(watch);
      this.#checkTold(watch, settlement);
    } else if (settlement.state !== 'refused' && settlement.state !== 'abandoned') {
      fail('P1', `${entry.command.id} is ${settlement.state}, and never asked a node`);
    }
  }

  /** Only operators leave a node out; and somebody must be left. */
  #checkLeftOut(command: Command, settlement: Settlement): void {
    const { fail } = this.#scene;
    const { state, nodes } = settlement;
    for (const [node, { retired }] of Object.entries(nodes)) {
      if (retired && !this.#retired.isFor(node, command))
        fail('P1', `${command.id} is ${state} without ${node}, which nobody retired for it`);
    }
    if (isOfNobody(settlement) && state !== 'abandoned' && state !== 'refused')
      fail('P1', `${command.id} is ${state} on no node at all`);
  }

  #empty(node: string): void {
    for (const { command, sights } of this.#watches.values()) {
      const sight = sights.get(node);
      if (sight !== undefined) sight.emptied = true;
      this.#unknowable.add(command.groupId);
    }
    for (const key of this.#scene.plan.keys) this.#unknowable.add(key);
  }

  /** The nodes are as the settlement says. */
  #check(watch: Watch): void {
    const { settlement, command } = watch;
    if (settlement === undefined || settlement.state === 'abandoned') return;
    for (const [node, sight] of watch.sights) {
      if (sight.emptied || settlement.nodes[node]?.retired) continue;
      const held = this.#scene.record(node, command.groupId);
      const isRight =
        settlement.state === 'committed'
          ? this.#isWanted(command, held)
          : isUndone(watch, sight, held);
      if (!isRight) {
        const what =
          held === undefined ? 'nothing' : `the record of ${held.by ?? 'another client'}`;
        this.#scene.fail('P1', `${command.id} is ${settlement.state}, and ${node} holds ${what}`);
      }
    }
  }

  #isWanted({ op, ensure, token, record }: Command, held: Held): boolean {
    if (op === 'delete') return held === undefined;
    if (held === undefined || (record !== undefined && digestOf(held) !== record.digest))
      return false;
    return ensure || !this.#scene.plan.policy.tokens || held.token === token;
  }

  /** No create removes the record of another command. */
  #checkVictim(
    { command }: Watch,
    { prior }: Sight,
    { node, victim }: { node: string; victim: Held },
  ): void {
    if (command.op === 'delete' || victim === undefined || victim.by === command.seq) return;
    // Without owner marks, a late create of an abandoned command cannot be told from the command's
    // own.
    if (!this.#scene.plan.policy.tokens && prior.length > 1) return;
    this.#scene.fail('P1', `${command.id}, a create, removes another's record from ${node}`);
  }

  /** Each statement about a node is true, or says that the state is unknown. */
  #checkTold({ command, sights }: Watch, { state, nodes }: Settlement): void {
    for (const [node, { emptied, prior }] of sights) {
      if (emptied || prior.length > 1) continue;
      const is = this.#scene.record(node, command.groupId) === undefined ? 'absent' : 'present';
      const sent = nodes[node]?.state;
      const mayBeUnknown = state !== 'committed' || nodes[node]?.retired === true;
      if (sent === is || (sent === 'unknown' && mayBeUnknown)) continue;
      this.#scene.fail('P1', `${command.id} is ${state}: ${node} is ${is}, and told as ${sent}`);
    }
  }
}

/** Of the content. */
function digestOf({ body }: StoredRecord): string | undefined {
  const { data } = JSON.parse(body) as { readonly data?: object };
  return data === undefined ? undefined : new WrittenRecord('', data).digest;
}

/** A restored record is a new record with the old content. */
function isUndone({ command }: Watch, { prior }: Sight, held: Held): boolean {
  if (command.op === 'create') return prior.includes(held);
  return prior.some((one) => one?.body === held?.body);
}
