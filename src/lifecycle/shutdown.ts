/**
 * How the daemon ends: it drains, then interrupts, then exits.
 *
 * The first cause is kept: it decides the exit code. A second signal, or `drainMs`, turns draining
 * into interrupting; after `interruptMs` more, every thread is ordered to end. The escalation
 * (escalation.ts) then names the threads that are slow, and its hard exit abandons those that never
 * end. Nothing is lost by that: work under way is in the journal.
 *
 * A lost thread ends the process in the same way: the other executors may finish their work. That
 * needs the coordinator, so there is no drain before it is ready or after it is lost.
 */
import type { Log } from '../observe/log/log-port.ts';
import { startEscalation } from './escalation.ts';
import type { Loss, Threads } from './threads.ts';

export type StopCause =
  | { readonly kind: 'asked'; readonly by: string }
  /** It stops in order, for a restart by its supervisor. */
  | { readonly kind: 'scheduled_restart'; readonly why: string }
  | { readonly kind: 'lost'; readonly loss: Loss };

export interface ShutdownOptions {
  readonly threads: Threads;
  readonly coordinator: string;
  readonly executors: readonly string[];
  /** The thread that works to the end, so that operators can watch it. */
  readonly last?: string;
  readonly log: Log;
  readonly drainMs: number;
  readonly interruptMs: number;
  readonly escalateMs: number;
  readonly hardExitMs: number;
  /** Debug logging, in every thread. */
  readonly logMore: () => void;
  readonly stopExitCode: number;
  /** Last messages to services, when all threads have ended; takes a bounded time. */
  readonly farewell?: (failure: string | undefined) => Promise<void>;
  readonly exit: (code: number) => never;
}

const EXIT_FAILED = 1;
/** In which the last thread ends; longer, and it is left behind. */
const LAST_MS = 500;
/** Nothing failed, and a supervisor restarts the process: EX_TEMPFAIL of sysexits. */
const EXIT_SCHEDULED_RESTART = 75;

export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #beginning = new AbortController();
  #cause: StopCause | undefined;
  #interrupt: (() => void) | undefined;
  readonly #coordinatorLost = Promise.withResolvers<void>();

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** Aborted when the shutdown begins. */
  get signal(): AbortSignal {
    return this.#beginning.signal;
  }

  get begun(): boolean {
    return this.#cause !== undefined;
  }

  /** A signal, or pm2's message. The second one interrupts. */
  ask(by: string): void {
    if (this.#cause === undefined) return this.#begin({ kind: 'asked', by });
    // A signal during a scheduled restart means: stay down.
    if (this.#cause.kind !== 'scheduled_restart') return this.#interrupt?.();
    this.#cause = { kind: 'asked', by };
    return this.#options.log.info(`stopping: ${by}; the supervisor will not restart it`);
  }

  /** Like a stop, except for the exit code: the supervisor restarts the daemon. */
  restart(why: string): void {
    if (this.#cause === undefined) this.#begin({ kind: 'scheduled_restart', why });
  }

  /** A thread is lost: the process cannot go on. */
  lose(loss: Loss): void {
    this.#log(loss);
    const { threads, coordinator, executors } = this.#options;
    const executor = executors.indexOf(loss.thread);
    if (executor !== -1) threads.send(coordinator, { lostExecutor: executor });
    if (loss.thread === coordinator) this.#coordinatorLost.resolve();
    if (this.#cause === undefined) this.#begin({ kind: 'lost', loss });
  }

  #begin(cause: StopCause): void {
    this.#cause = cause;
    this.#beginning.abort();
    const { log, exit } = this.#options;
    if (cause.kind !== 'lost') log.info(`stopping: ${whyStopped(cause)}`);
    startEscalation(this.#options);
    this.#end()
      .then(() => this.#leave(this.#cause ?? cause))
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
    // Replies first: the coordinator is ordered to end once no executor can report any longer.
    for (const name of executors) threads.stop(name);
    await Promise.all(executors.map((name) => threads.ended(name)));
    if (executors.every((name) => threads.hasLetGo(name))) threads.send(coordinator, 'nodes_left');
    threads.stop(coordinator);
    await threads.ended(coordinator);
  }

  /** Until everything has ended, time is up, a second signal comes, or the coordinator is lost. */
  async #drain(): Promise<void> {
    const { threads, coordinator, log, drainMs } = this.#options;
    threads.send(coordinator, 'drain');
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
    threads.send(coordinator, 'interrupt');
    const isInTime = await within(interruptMs, this.#drained());
    if (!isInTime) log.warn(`work did not stop within ${interruptMs} ms`);
  }

  /** Or the coordinator is lost and will never report it. */
  async #drained(): Promise<void> {
    const { threads, coordinator } = this.#options;
    await Promise.race([threads.received(coordinator, 'drained'), this.#coordinatorLost.promise]);
  }

  #log(loss: Loss): void {
    const { log, threads } = this.#options;
    if (loss.kind === 'failed') {
      return log.error(loss.failure.message, { hint: loss.failure.hint });
    }
    if (loss.kind === 'crashed') log.error(`thread ${loss.thread} crashed`, { error: loss.error });
    else if (loss.kind === 'exited') log.error(`thread ${loss.thread} ended unexpectedly`);
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
    const { log, exit, farewell, last, threads } = this.#options;
    const code = this.#codeOf(cause);
    const why = whyStopped(cause);
    log.info(`shutdown complete (${why}), exiting with code ${code}`);
    await farewell?.(cause.kind === 'lost' ? why : undefined);
    if (last !== undefined) {
      threads.stop(last);
      await within(LAST_MS, threads.ended(last));
    }
    return exit(code);
  }

  #codeOf(cause: StopCause): number {
    if (cause.kind === 'asked') return this.#options.stopExitCode;
    if (cause.kind === 'scheduled_restart') return EXIT_SCHEDULED_RESTART;
    return (cause.loss.kind === 'failed' && cause.loss.failure.exitCode) || EXIT_FAILED;
  }
}

function whyStopped(cause: StopCause): string {
  if (cause.kind === 'asked') return cause.by;
  return cause.kind === 'scheduled_restart' ? cause.why : whyLost(cause.loss);
}

/** The cause in one line. */
export function whyLost(loss: Loss): string {
  switch (loss.kind) {
    case 'failed':
      return loss.failure.message;
    case 'crashed':
      return `thread ${loss.thread} crashed: ${String(loss.error)}`;
    case 'exited':
      return `thread ${loss.thread} ended unexpectedly`;
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
