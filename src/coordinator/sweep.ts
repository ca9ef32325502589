/** What is looked at a few times a second: deadlines, loose requests that have ended, questions, trials of breakers. */
import type { RegularAudit } from './audit/regular-audit.ts';
import type { Batch } from './batch.ts';
import type { Breakers } from './breakers/breakers.ts';
import type { Commands } from './commands/commands.ts';
import type { Intake } from './commands/intake.ts';
import type { Upkeep } from './journal/upkeep.ts';
import type { Cancel, CoordinatorPorts } from './ports.ts';
import type { Questions } from './requests/questions.ts';

const SWEEP_MS = 250;
/** Of loose requests that are forgotten in one batch, which has room for other acts, too. */
const FORGOTTEN_MAX = 250;

export interface SweepOptions {
  readonly ports: Pick<CoordinatorPorts, 'now' | 'at'>;
  readonly breakers: Breakers;
  readonly intake: Intake;
  readonly commands: Commands;
  readonly questions: Questions;
  readonly upkeep: Upkeep;
  readonly regularAudit: RegularAudit;
  /** Runs `act` in one of the next batches. */
  readonly post: (act: (batch: Batch) => void) => void;
  /** The daemon does not stop yet. */
  readonly isOpen: () => boolean;
}

export class Sweep {
  readonly #options: SweepOptions;
  #cancel: Cancel | undefined;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    const { ports } = this.#options;
    this.#cancel = ports.at(ports.now() + SWEEP_MS, this.#post);
  }

  readonly #post = (): void => this.#options.post((batch) => this.#sweep(batch));

  /** A part of it that leaves room for other acts of the batch, the rest in the next. */
  #sweep(batch: Batch): void {
    const { ports, breakers, intake, commands, questions, upkeep, regularAudit, isOpen } =
      this.#options;
    if (!isOpen()) return;
    const now = ports.now();
    breakers.tick(batch);
    intake.publishChange();
    const isComplete = commands.expireUndriven(batch);
    const forgotten = commands.keys.expireLoose(now, Math.min(FORGOTTEN_MAX, batch.room));
    batch.forget(forgotten);
    questions.expire(now);
    // In the next batch: posted now it would run in this one again.
    if (!isComplete || forgotten.length === FORGOTTEN_MAX || batch.isFull)
      return batch.after(this.#post);
    this.#schedule();
    if (!intake.isDraining) regularAudit.look(batch);
    return upkeep.look(batch);
  }
}
