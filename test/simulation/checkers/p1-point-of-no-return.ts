/**
 * P1 and P5 of deletes that cannot be undone. Before the point of no return one node alone is asked to delete, and
 * nothing is sent after the deadline; it is passed when a record that the survey found is gone, whoever removed it.
 * Such a delete never turns back, ends without success only by an operator's word, and people are told, once, if it
 * takes long.
 */
import type { Command, Settlement } from '../../../src/core/model.ts';
import type { Exchange, Happening, Judge, Scene } from '../happening.ts';
import { OperatorWords } from './operator-words.ts';
import { isOfNobody, Retired } from './retired.ts';
import { StuckFlags } from './stuck-flags.ts';

export function isIrreversible({ plan }: Scene, { op }: Command): boolean {
  return op === 'delete' && !plan.policy.restores;
}

export class PointOfNoReturn implements Judge {
  readonly #scene: Scene;
  readonly #abandoned = new OperatorWords('abandon');
  /** By seq: nodes that were sent a delete. */
  readonly #asked = new Map<number, Set<string>>();
  /** Keys of which a record may have gone and come back unseen. */
  readonly #disturbed = new Set<string>();
  readonly #flags: StuckFlags;
  readonly #retired: Retired;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#retired = new Retired(scene);
    this.#flags = new StuckFlags(scene);
  }

  hear(happening: Happening): void {
    this.#retired.hear(happening);
    switch (happening.kind) {
      case 'asked':
        return this.#abandoned.hear(happening);
      case 'started':
        return this.#flags.noteStart();
      case 'sent':
        return this.#sent(happening.exchange);
      case 'meddled':
        this.#disturbed.add(happening.groupId);
        return undefined;
      case 'emptied':
        for (const key of this.#scene.plan.keys) this.#disturbed.add(key);
        return undefined;
      case 'durable':
        for (const { seq, settlement } of happening.batch.settle) this.#settled(seq, settlement);
        return undefined;
      default:
        return undefined;
    }
  }

  #sent({ command, node, request }: Exchange): void {
    if (request.kind !== 'delete' || !isIrreversible(this.#scene, command)) return;
    const asked = this.#asked.get(command.seq) ?? new Set();
    this.#asked.set(command.seq, asked.add(node));
    if (this.#isPassed(command)) return;
    const { wallNow, fail } = this.#scene;
    const remaining = [...asked].filter((one) => !this.#retired.isFor(one, command));
    if (remaining.length > 1)
      fail('P1', `${command.id} deletes on ${node}, and no node has done it yet`);
    if (wallNow() > command.deadlineAt) fail('P9', `${command.id} begins after its deadline`);
  }

  #isPassed({ seq, groupId }: Command): boolean {
    const { ledger, record } = this.#scene;
    const findings = Object.entries(ledger.of(seq)?.began?.findings ?? {});
    const isGone = findings.some(
      ([node, { presence }]) => presence === 'present' && record(node, groupId) === undefined,
    );
    return isGone || this.#disturbed.has(groupId);
  }

  #settled(seq: number, settlement: Settlement): void {
    const { state } = settlement;
    const entry = this.#scene.ledger.of(seq);
    if (entry === undefined || !isIrreversible(this.#scene, entry.command)) return;
    const { fail } = this.#scene;
    const { id } = entry.command;
    if (state === 'rolled_back')
      fail('P1', `${id} is rolled back, and nothing can restore its records`);
    const isGivenUp = this.#abandoned.mayMean(id) || isOfNobody(settlement);
    if (state === 'abandoned' && !isGivenUp) fail('P5', `${id} ${state} by nobody`);
    this.#flags.checkOnce(entry);
    if (state !== 'committed') return;
    const { acceptedAt, command } = entry;
    const allowedMs = command.deadlineAt - command.acceptedAt;
    this.#flags.checkTold(entry, this.#flags.since(acceptedAt) + allowedMs);
  }
}
