/** The processes of the bench: all of them end with it. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';

const START_MS_MAX = 20_000;
const END_MS_MAX = 20_000;
/** The output of a process, for the error about its failure. */
const OUTPUT_MAX = 4000;

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Program {
  readonly name: string;
  readonly #child: ChildProcess;
  #output = '';

  constructor(name: string, entry: string, options: ForkOptions & { args?: readonly string[] }) {
    const { args = [], ...rest } = options;
    this.name = name;
    this.#child = fork(entry, args, {
      execArgv: [],
      ...rest,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    alive.add(this.#child);
    this.#child.once('exit', () => alive.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_MAX);
      });
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Its next message.
   * @throws if it ends instead, or sends nothing in time
   */
  async said<T>(timeoutMs = START_MS_MAX): Promise<T> {
    if (this.#hasEnded) throw this.#endedWith(this.#child.exitCode ?? this.#child.signalCode);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]);
    const ended = once(this.#child, 'exit', { signal }).then(([code, by]) => {
      throw this.#endedWith(code ?? by);
    });
    try {
      const [message] = await Promise.race([once(this.#child, 'message', { signal }), ended]);
      return message as T;
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error;
      const why = `${this.name} said nothing for ${timeoutMs} ms:\n${this.#output}`;
      throw new Error(why, { cause: error });
    } finally {
      stop.abort();
      ended.catch(() => {});
    }
  }

  /** Sends it a request and returns its answer. */
  ask<T>(question: object | string, timeoutMs?: number): Promise<T> {
    const answer = this.said<T>(timeoutMs);
    if (!this.#hasEnded) this.#child.send(question);
    return answer;
  }

  /** Ends it, by default in order; returns its exit code, or null if the signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#hasEnded) return this.#child.exitCode;
    const exit = once(this.#child, 'exit', { signal: AbortSignal.timeout(END_MS_MAX) });
    this.#child.kill(signal);
    await exit;
    return this.#child.exitCode;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #endedWith(how: unknown): Error {
    return new Error(`${this.name} ended with ${String(how)}:\n${this.#output}`);
  }
}
