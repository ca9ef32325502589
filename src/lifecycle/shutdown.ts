/**
 * How the daemon ends (design, section 8): draining, then interrupting, then out.
 *
 * The first cause is latched: it decides the exit code. A second signal, or `drainMs`, turns
 * draining into interrupting; whatever still hangs after `interruptMs` more is left behind by a
 * hard exit. Nothing is lost by that: what was under way is in the journal.
 */
import type { Log } from '../observe/log-port.ts';
import type { Loss, Threads } from './threads.ts';

export type StopCause =
  | { readonly kind: 'asked'; readonly by: string }
  | { readonly kind: 'lost'; readonly loss: Loss };

export interface ShutdownOptions {
  readonly threads: Threads;
  readonly coordinator: string;
  readonly executors: readonly string[];
  readonly log: Log;
  readonly drainMs: number;
  readonly interruptMs: number;
  readonly stopExitCode: number;
  readonly exit: (code: number) => never;
}

const EXIT_FAILED = 1;

export class Shutdown {
  readonly #options: ShutdownOptions;
  #cause: StopCause | undefined;
  #interrupt: (() => void) | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  get begun(): boolean {
    return this.#cause !== undefined;
  }

  /** A signal, or pm2's message. The second one interrupts. */
  ask(by: string): void {
    if (this.#cause === undefined) this.#begin({ kind: 'asked', by });
    else this.#interrupt?.();
  }

  /** A thread is lost: the process cannot go on. */
  lose(loss: Loss): void {
    const { log } = this.#options;
    if (loss.kind === 'crashed') log.error(`thread ${loss.thread} crashed`, { error: loss.error });
    if (loss.kind === 'exited') log.error(`thread ${loss.thread} ended unasked`);
    if (loss.kind === 'failed') log.error(loss.failure.message, { hint: loss.failure.hint });
    if (this.#cause === undefined) this.#begin({ kind: 'lost', loss });
  }

  #begin(cause: StopCause): void {
    this.#cause = cause;
    const { log, exit } = this.#options;
    if (cause.kind === 'asked') log.info(`stopping: ${cause.by}`);
    this.#end(cause).then(
      () => this.#leave(cause),
      (error: unknown) => {
        log.error('the shutdown itself failed', { error });
        exit(EXIT_FAILED);
      },
    );
  }

  async #end(cause: StopCause): Promise<void> {
    const { threads, coordinator, executors, log, drainMs, interruptMs } = this.#options;
    const lost = cause.kind === 'lost' ? cause.loss.thread : undefined;
    // Without its coordinator nobody can drain; without an executor its part never reports.
    if (lost === undefined) {
      threads.tell(coordinator, 'drain');
      await this.#drained(drainMs);
    }
    if (lost !== coordinator) threads.tell(coordinator, 'interrupt');
    const hard = setTimeout(() => {
      log.error('threads did not end in time', { threads: threads.names });
      this.#options.exit(EXIT_FAILED);
    }, interruptMs);
    if (lost === undefined) await threads.heard(coordinator, 'drained');
    // Replies first: the coordinator is told to end once no executor can report any more.
    for (const name of executors) threads.stop(name);
    await Promise.all(executors.map((name) => threads.ended(name)));
    threads.stop(coordinator);
    await threads.ended(coordinator);
    clearTimeout(hard);
  }

  /** Until everything has ended, time is up, or a second signal comes. */
  async #drained(drainMs: number): Promise<void> {
    const { threads, coordinator, log } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const given = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainMs);
      this.#interrupt = () => {
        log.info('interrupting');
        resolve();
      };
    });
    await Promise.race([threads.heard(coordinator, 'drained'), given]);
    clearTimeout(timer);
  }

  #leave(cause: StopCause): never {
    const { log, exit, stopExitCode } = this.#options;
    const code = cause.kind === 'asked' ? stopExitCode : EXIT_FAILED;
    const why = cause.kind === 'asked' ? cause.by : `thread ${cause.loss.thread} was lost`;
    log.info(`shutdown complete (${why}), exiting with code ${code}`);
    return exit(code);
  }
}
