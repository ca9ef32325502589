/**
 * How the daemon ends (design, section 8): draining, then interrupting, then out.
 *
 * The first cause is latched: it decides the exit code. A second signal, or `drainMs`, turns
 * draining into interrupting; after `interruptMs` more every thread is told to end. What takes long
 * then is named by the escalation (escalation.ts), and what never ends is left behind by its hard
 * exit. Nothing is lost by that: what was under way is in the journal.
 *
 * A lost thread ends the process in the same way: what the other executors have under way may end.
 * Only the coordinator is needed for that, so nobody drains before it is ready or when it is lost.
 */
import type { Log } from '../observe/log-port.ts';
import { startEscalation } from './escalation.ts';
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
  readonly escalateMs: number;
  readonly hardExitMs: number;
  /** Debug logging, in every thread. */
  readonly logMore: () => void;
  readonly stopExitCode: number;
  /** The last words to those outside, when all threads have ended; takes a bounded time. */
  readonly farewell?: (failure: string | undefined) => Promise<void>;
  readonly exit: (code: number) => never;
}

const EXIT_FAILED = 1;

export class Shutdown {
  readonly #options: ShutdownOptions;
  #cause: StopCause | undefined;
  #interrupt: (() => void) | undefined;
  readonly #coordinatorLost = Promise.withResolvers<void>();

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
    this.#say(loss);
    const { threads, coordinator, executors } = this.#options;
    const executor = executors.indexOf(loss.thread);
    if (executor !== -1) threads.tell(coordinator, { lostExecutor: executor });
    if (loss.thread === coordinator) this.#coordinatorLost.resolve();
    if (this.#cause === undefined) this.#begin({ kind: 'lost', loss });
  }

  #begin(cause: StopCause): void {
    this.#cause = cause;
    const { log, exit } = this.#options;
    if (cause.kind === 'asked') log.info(`stopping: ${cause.by}`);
    startEscalation(this.#options);
    this.#end()
      .then(() => this.#leave(cause))
      .catch((error: unknown) => {
        log.error('the shutdown itself failed', { error });
        exit(EXIT_FAILED);
      });
  }

  async #end(): Promise<void> {
    const { threads, coordinator, executors } = this.#options;
    const works = threads.has(coordinator, 'ready');
    if (works) await this.#drain();
    if (works) await this.#interruptAll();
    // Replies first: the coordinator is told to end once no executor can report any more.
    for (const name of executors) threads.stop(name);
    await Promise.all(executors.map((name) => threads.ended(name)));
    threads.stop(coordinator);
    await threads.ended(coordinator);
  }

  /** Until everything has ended, time is up, a second signal comes, or the coordinator is lost. */
  async #drain(): Promise<void> {
    const { threads, coordinator, log, drainMs } = this.#options;
    threads.tell(coordinator, 'drain');
    let timer: NodeJS.Timeout | undefined;
    const given = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainMs);
      this.#interrupt = () => {
        log.info('interrupting');
        resolve();
      };
    });
    await Promise.race([this.#drained(), given]);
    clearTimeout(timer);
  }

  async #interruptAll(): Promise<void> {
    const { threads, coordinator, log, interruptMs } = this.#options;
    threads.tell(coordinator, 'interrupt');
    const isInTime = await within(interruptMs, this.#drained());
    if (!isInTime) log.warn(`work was not interrupted within ${interruptMs} ms`);
  }

  /** Or there is nobody any more to say so. */
  async #drained(): Promise<void> {
    const { threads, coordinator } = this.#options;
    await Promise.race([threads.heard(coordinator, 'drained'), this.#coordinatorLost.promise]);
  }

  #say(loss: Loss): void {
    const { log, threads } = this.#options;
    if (loss.kind === 'failed') {
      return log.error(loss.failure.message, { hint: loss.failure.hint });
    }
    if (loss.kind === 'crashed') log.error(`thread ${loss.thread} crashed`, { error: loss.error });
    else if (loss.kind === 'exited') log.error(`thread ${loss.thread} ended unasked`);
    else {
      const { kind, thread, ...seen } = loss;
      log.error(`thread ${thread} ${kind === 'hung' ? 'hangs' : 'makes no progress'}`, seen);
    }
    const { expected, missing } = threads;
    return log.error(
      `a thread is lost: expected [${expected.join(', ')}] missing [${missing.join(', ')}]`,
    );
  }

  async #leave(cause: StopCause): Promise<never> {
    const { log, exit, stopExitCode, farewell } = this.#options;
    const code = cause.kind === 'asked' ? stopExitCode : EXIT_FAILED;
    const why = cause.kind === 'asked' ? cause.by : whyLost(cause.loss);
    log.info(`shutdown complete (${why}), exiting with code ${code}`);
    await farewell?.(cause.kind === 'asked' ? undefined : why);
    return exit(code);
  }
}

/** The cause in one line. */
export function whyLost(loss: Loss): string {
  switch (loss.kind) {
    case 'failed':
      return loss.failure.message;
    case 'crashed':
      return `thread ${loss.thread} crashed: ${String(loss.error)}`;
    case 'exited':
      return `thread ${loss.thread} ended unasked`;
    case 'hung':
      return `thread ${loss.thread} hung`;
    case 'stalled':
      return `thread ${loss.thread} made no progress`;
  }
}

/** Whether it came in time. */
async function within(ms: number, promise: Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  const isInTime = await Promise.race([promise.then(() => true), late.promise]);
  clearTimeout(timer);
  return isInTime;
}
