/**
 * The threads of the daemon, by unique name: started, asked, ended. Any thread that ends without
 * having been told to is lost, and a lost thread ends the process (design, section 8).
 */
import { Worker } from 'node:worker_threads';
import type { Failure, FromThread, ThreadData, ToThread } from './control.ts';

/** Why the daemon has to stop by itself. */
export type Loss =
  | { readonly kind: 'crashed'; readonly thread: string; readonly error: unknown }
  | { readonly kind: 'exited'; readonly thread: string }
  | { readonly kind: 'failed'; readonly thread: string; readonly failure: Failure };

export class Threads {
  readonly #workers = new Map<string, Worker>();
  readonly #heard = new Map<string, Set<FromThread['kind']>>();
  readonly #listeners = new Set<() => void>();
  readonly #onLoss: (loss: Loss) => void;
  readonly #stopping = new Set<string>();

  constructor(onLoss: (loss: Loss) => void) {
    this.#onLoss = onLoss;
  }

  get names(): readonly string[] {
    return [...this.#workers.keys()];
  }

  start<Data extends ThreadData>(entry: URL, data: Data): void {
    const { name } = data;
    if (this.#workers.has(name)) throw new Error(`two threads of the name ${name}`);
    const worker = new Worker(entry, { workerData: data, name });
    this.#workers.set(name, worker);
    this.#heard.set(name, new Set());
    worker.on('message', (message: FromThread) => this.#hear(name, message));
    worker.on('error', (error) => this.#lose({ kind: 'crashed', thread: name, error }));
    worker.on('exit', () => this.#gone(name));
  }

  tell(name: string, message: ToThread): void {
    this.#workers.get(name)?.postMessage(message);
  }

  /** Has a thread close what it holds and end. */
  stop(name: string): void {
    this.#stopping.add(name);
    this.tell(name, 'stop');
  }

  /** Resolves when the thread has said so, or when it is gone. */
  async heard(name: string, kind: FromThread['kind']): Promise<void> {
    await this.#until(() => !this.#workers.has(name) || this.#heard.get(name)?.has(kind) === true);
  }

  /** Resolves when the thread is gone. */
  async ended(name: string): Promise<void> {
    await this.#until(() => !this.#workers.has(name));
  }

  #hear(name: string, message: FromThread): void {
    if (message.kind === 'failed') {
      this.#lose({ kind: 'failed', thread: name, failure: message.failure });
    }
    this.#heard.get(name)?.add(message.kind);
    this.#changed();
  }

  #lose(loss: Loss): void {
    this.#stopping.add(loss.thread);
    this.#onLoss(loss);
  }

  #gone(name: string): void {
    this.#workers.delete(name);
    if (!this.#stopping.has(name)) this.#lose({ kind: 'exited', thread: name });
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
