/**
 * P3, by a watch on the disk: nothing that follows from an act of an operator is durable before the act is. So no crash
 * leaves an effect that nobody has done.
 */
import type { ActKind } from '../../../src/core/act.ts';
import type { Reason, SagaState } from '../../../src/core/model.ts';
import type { ActWrites } from '../../../src/journal/act.ts';
import type { WriteBatch } from '../../../src/journal/port.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import { isOfNobody } from './retired.ts';

/** An act without a target may mean any. */
const EVERYTHING = '';

export class ActBeforeEffect implements Judge {
  readonly #scene: Scene;
  /** `KIND TARGET` of the acts in the journal, pruned ones too. */
  readonly #acts = new Set<string>();
  #repairs = new Set<number>();
  #last = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind === 'noted') this.#note(happening.writes);
    if (happening.kind === 'durable') this.#check(happening.batch);
    if (happening.kind === 'kept') this.#checkKept(happening.name, happening.value);
  }

  #note({ begin }: ActWrites): void {
    for (const { kind, on } of begin) {
      this.#last++;
      this.#acts.add(`${kind} ${on ?? EVERYTHING}`);
      if (kind === 'repair') this.#repairs.add(this.#last);
    }
  }

  #check({ accept, append, settle }: WriteBatch): void {
    for (const { command } of accept) {
      const [, act] = /^repair-(\d+)-/.exec(command.id) ?? [];
      if (act !== undefined && !this.#repairs.has(Number(act))) this.#fail(command.id, 'accepted');
    }
    for (const { seq, entries } of append) {
      for (const entry of entries) if (entry.kind === 'turned') this.#checkEnd(seq, entry);
    }
    for (const { seq, settlement } of settle) {
      if (!isOfNobody(settlement)) this.#checkEnd(seq, settlement);
      for (const [node, { retired }] of Object.entries(settlement.nodes)) {
        if (retired && !this.#has(['node_retire'], node)) this.#fail(node, 'left out');
      }
    }
  }

  #checkEnd(seq: number, end: { readonly reason?: Reason; readonly state?: SagaState }): void {
    const id = this.#scene.ledger.of(seq)?.command.id ?? '';
    if (end.state === 'abandoned' && !this.#has(['abandon', 'restore_abandon'], id)) {
      this.#fail(id, 'abandoned');
    }
    const kinds = ['cancel', 'abandon', 'restore_abandon'] as const;
    if (end.reason === 'cancelled' && !this.#has(kinds, id)) this.#fail(id, 'cancelled');
  }

  #checkKept(name: string, value: string | undefined): void {
    const [, lane] = /^pause\/(.*)$/.exec(name) ?? [];
    const kind = value === undefined ? 'resume' : 'pause';
    if (lane !== undefined && !this.#has([kind], lane)) this.#fail(lane, `${kind}d`);
    const [, drained] = /^drain\/(.*)$/.exec(name) ?? [];
    // A daemon that starts without the node ends its drain.
    if (drained === this.#scene.plan.gone?.node && value === undefined) return;
    const act = value === undefined ? 'node_undrain' : 'node_drain';
    if (drained !== undefined && !this.#has([act], drained)) this.#fail(drained, `${act}ed`);
    const [, retired] = /^retire\/(.*)$/.exec(name) ?? [];
    if (retired !== undefined && !this.#has(['node_retire'], retired))
      this.#fail(retired, 'retired');
    const [, node] = /^breaker\/(.*)$/.exec(name) ?? [];
    const isForced = value?.includes('"forced"') === true;
    if (node !== undefined && isForced && !this.#has(['breaker_open'], node)) {
      this.#fail(node, 'opened');
    }
  }

  #has(kinds: readonly ActKind[], target: string): boolean {
    return kinds.some(
      (kind) => this.#acts.has(`${kind} ${target}`) || this.#acts.has(`${kind} ${EVERYTHING}`),
    );
  }

  #fail(target: string, what: string): void {
    this.#scene.fail('P3', `${target} is durably ${what} before the act of an operator is`);
  }
}
