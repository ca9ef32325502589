/**
 * The threads of the daemon, by unique name: started, asked, watched, ended. A thread that ends
 * without an order is lost, and so is one that hangs. A lost thread ends the process.
 */
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { type Transferable, Worker } from 'node:worker_threads';
import { type Activity, Beat, type BeatSlot, Beats, type Reading, type Roster } from './beats.ts';
import type { Failure, FromThread, ShellData, ThreadData, ToThread } from './control.ts';
import type { OpenSocket } from './socket-registry.ts';

export const MAIN = 'main';

/** Enough for the garbage of one turn of a loop; more would only grow the process. */
const LIMITS = { maxYoungGenerationSizeMb: 48 } as const;

/** A running thread whose loop no longer turns, or makes no progress. */
export interface Hang {
  readonly kind: 'hung' | 'stalled';
  readonly thread: string;
  readonly forMs: number;
  readonly activity: Activity;
  /** Utilisation of its event loop, 0 to 1: 1 is busy in its own code, 0 waits. */
  readonly utilization: number;
  /** The stack where it hangs, if it could be read. */
  readonly stack?: string;
}

/** The reason why the daemon has to stop by itself. */
export type Loss =
  | { readonly kind: 'crashed'; readonly thread: string; readonly error: unknown }
  | { readonly kind: 'exited'; readonly thread: string }
  | { readonly kind: 'failed'; readonly thread: string; readonly failure: Failure }
  | Hang;

export interface ThreadsOptions {
  /** Of the threads that will start, in this order: others watch for them. Further ones may start. */
  readonly names?: readonly string[];
  readonly onLoss: (loss: Loss) => void;
  /** Messages of a thread, except those that `has` keeps. */
  readonly onMessage?: (name: string, message: FromThread) => void;
}

export class Threads {
  /** Main's own slot, for the watchdog. */
  readonly mainSlot: BeatSlot;
  /** The signs of life of main and of the threads that were named, for a thread that watches them. */
  readonly roster: Roster;
  readonly #beats = new Beats();
  readonly #mainBeat: Beat;
  readonly #workers = new Map<string, Worker>();
  readonly #received = new Map<string, Set<FromThread['kind']>>();
  readonly #sockets = new Map<string, readonly OpenSocket[]>();
  readonly #listeners = new Set<() => void>();
  readonly #options: ThreadsOptions;
  /** It was ordered to end. */
  readonly #stopping = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #hanging = new Set<string>();
  /** It ended with open sockets: only the kernel closed them. */
  readonly #leaking = new Set<string>();

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.mainSlot = this.#beats.claim(MAIN);
    this.#beats.notePresence(MAIN, 'expected');
    this.roster = this.#beats.reserve(options.names ?? []);
    this.#mainBeat = new Beat(this.mainSlot);
    this.#mainBeat.start();
  }

  /** Main has finished its start: from now on its loop must turn like any other. */
  mainStarted(): void {
    this.#mainBeat.enter('working');
  }

  /** The running threads, without main. */
  get names(): readonly string[] {
    return [...this.#workers.keys()];
  }

  /** Threads that were ordered to end and still run. */
  get lingering(): readonly string[] {
    return this.names.filter((name) => this.#stopping.has(name));
  }

  /** The expected threads, main included, and threads that were lost during the stop. */
  get expected(): readonly string[] {
    const isExpected = (name: string) => this.#lost.has(name) || !this.#stopping.has(name);
    return [MAIN, ...this.#received.keys()].filter(isExpected);
  }

  /** Of those, the threads that crashed, ended without an order, hang or failed. */
  get missing(): readonly string[] {
    return this.expected.filter((name) => this.#lost.has(name));
  }

  /** @param transfer ports in the data, which the thread alone has from now on */
  start<Data extends ThreadData>(
    entry: URL,
    data: Data,
    transfer: readonly Transferable[] = [],
  ): void {
    const { name } = data;
    const worker = new Worker(entry, {
      workerData: {
        ...data,
        beat: this.#beats.claim(name),
        addressAttemptMs: getDefaultAutoSelectFamilyAttemptTimeout(),
      } satisfies Data & ShellData,
      transferList: [...transfer],
      name,
      resourceLimits: LIMITS,
    });
    this.#beats.notePresence(name, 'expected');
    this.#workers.set(name, worker);
    this.#received.set(name, new Set());
    worker.on('message', (message: FromThread) => this.#receive(name, message));
    worker.on('error', (error) => this.lose({ kind: 'crashed', thread: name, error }));
    worker.on('exit', () => this.#gone(name));
  }

  send(name: string, message: ToThread): void {
    this.#workers.get(name)?.postMessage(message);
  }

  /** Orders a thread to close everything and end. */
  stop(name: string): void {
    this.#dismiss(name);
    this.send(name, 'stop');
  }

  /** Orders a thread that did not obey `stop` to close its sockets and end. */
  abandon(name: string): void {
    this.#dismiss(name);
    this.send(name, 'abandon');
  }

  #dismiss(name: string): void {
    this.#stopping.add(name);
    // It may not even have started: the daemon stops early.
    const isPresent = this.#received.has(name) && !this.#lost.has(name);
    if (isPresent) this.#beats.notePresence(name, 'away');
  }

  /** Whether the thread has sent this message. */
  has(name: string, detail: FromThread['kind']): boolean {
    return this.#received.get(name)?.has(detail) === true;
  }

  /** Resolves when the thread has sent this message, or when it is gone. */
  async received(name: string, detail: FromThread['kind']): Promise<void> {
    await this.#until(() => !this.#workers.has(name) || this.has(name, detail));
  }

  /** Resolves when the thread is gone, or hangs: then only the end of the process ends it. */
  async ended(name: string): Promise<void> {
    await this.#until(() => !this.#workers.has(name) || this.#hanging.has(name));
  }

  /** Whether the thread is gone and had closed every socket before. */
  hasLetGo(name: string): boolean {
    return !this.#workers.has(name) && !this.#leaking.has(name);
  }

  reading(name: string): Reading {
    return this.#beats.read(name);
  }

  /** See `Watched`. */
  noteLoad(name: string, load: number): void {
    this.#beats.noteLoad(name, load);
  }

  utilization(name: string): EventLoopUtilization | undefined {
    if (name === MAIN) return performance.eventLoopUtilization();
    return this.#workers.get(name)?.performance.eventLoopUtilization();
  }

  /** The sockets that the thread had open at its last report. */
  sockets(name: string): readonly OpenSocket[] {
    return this.#sockets.get(name) ?? [];
  }

  /**
   * Whether the process must not wait for its threads: one has sockets open, hangs, or was ordered
   * to end and did not.
   */
  get areStuck(): boolean {
    const areOpen = [...this.#sockets.values()].some((open) => open.length > 0);
    return (
      areOpen || this.lingering.length > 0 || this.names.some((name) => this.#hanging.has(name))
    );
  }

  /** A thread is lost; only the first loss of each thread is reported. */
  lose(loss: Loss): void {
    if (this.#lost.has(loss.thread)) return;
    this.#lost.add(loss.thread);
    this.#beats.notePresence(loss.thread, 'lost');
    if (loss.kind === 'hung' || loss.kind === 'stalled') this.#hanging.add(loss.thread);
    this.#options.onLoss(loss);
    this.#changed();
  }

  #receive(name: string, message: FromThread): void {
    if (message.kind === 'failed') {
      this.lose({ kind: 'failed', thread: name, failure: message.failure });
    }
    if (message.kind === 'sockets') this.#sockets.set(name, message.open);
    this.#options.onMessage?.(name, message);
    const heard = this.#received.get(name);
    if (heard?.has(message.kind)) return;
    heard?.add(message.kind);
    this.#changed();
  }

  #gone(name: string): void {
    this.#workers.delete(name);
    if (this.sockets(name).length > 0) this.#leaking.add(name);
    this.#sockets.delete(name);
    if (!this.#stopping.has(name)) this.lose({ kind: 'exited', thread: name });
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  async #until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const listener = () => {
        if (!condition()) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }
}
