/**
 * P9, for requests: no request is accepted after its client's limit, by the client's own time.
 * Clients know the daemon's clock from its answers alone. A late request stays late, however late
 * it is and however the wall clock changes between two runs.
 */
import type { Command } from '../../../src/core/model.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import type { Ask, AskValue } from '../workload.ts';

/**
 * A smaller step back of the clock is not always noticed: the journal gets the time once a minute.
 */
const NOTICED_MS = 60_000;

export class NotAfterItsExpiry implements Judge {
  readonly #scene: Scene;
  /** By id: the latest time at which a request for it may be accepted, in virtual time. */
  readonly #until = new Map<string, number>();
  readonly #unnoticedMs: number;

  constructor(scene: Scene) {
    this.#scene = scene;
    const back = scene.plan.faults.endings.map(({ jumpMs }) => Math.max(0, -jumpMs));
    this.#unnoticedMs = back.filter((ms) => ms < NOTICED_MS).reduce((sum, ms) => sum + ms, 0);
  }

  hear(happening: Happening): void {
    if (happening.kind === 'asked') this.#asked(happening.ask, happening.isDated);
    if (happening.kind !== 'durable') return;
    for (const { command } of happening.batch.accept) {
      // A command that was not stored is a repeat.
      if (this.#scene.ledger.of(command.seq) !== undefined) this.#accepted(command);
    }
  }

  #asked({ value, at, termMs }: Ask, isDated: boolean): void {
    const until = isDated && termMs !== undefined ? at + termMs : Number.POSITIVE_INFINITY;
    for (const id of idsOf(value)) {
      this.#until.set(id, Math.max(until, this.#until.get(id) ?? Number.NEGATIVE_INFINITY));
    }
  }

  #accepted({ id, acceptedAt }: Command): void {
    const { now, wallNow, fail } = this.#scene;
    const takenAt = now() - (wallNow() - acceptedAt);
    const until = (this.#until.get(id) ?? Number.POSITIVE_INFINITY) + this.#unnoticedMs;
    if (takenAt > until) fail('P9', `${id} is taken in ${takenAt - until} ms after its expiry`);
  }
}

function idsOf(value: AskValue): readonly string[] {
  if (typeof value === 'string') return [];
  const commands =
    value.op === 'batch' ? (value['commands'] as readonly { id?: unknown }[]) : [value];
  return commands.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}
