/** One of the programs of the siege, in a process of its own: its load does not spoil the clocks of the others. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { programEnv } from '../support/program-env.ts';

export class Program<Report> implements Disposable {
  readonly #child: ChildProcess;
  /** Rejects when it ends without having been asked to. */
  readonly #lost: Promise<never>;
  #isDisposed = false;

  /** @param file in this folder */
  constructor(file: string, input: object) {
    this.#child = fork(join(import.meta.dirname, file), [JSON.stringify(input)], {
      env: programEnv(),
    });
    this.#lost = once(this.#child, 'close').then(([code]) => {
      if (this.#isDisposed) return new Promise<never>(() => {});
      throw new Error(`${file} ended with ${code}`);
    });
    this.#lost.catch(() => {});
  }

  /** Asks for its report; after `end` it does nothing more. */
  async report(message: 'report' | 'end' = 'report'): Promise<Report> {
    const told = once(this.#child, 'message') as Promise<[Report]>;
    this.#child.send(message);
    return (await Promise.race([told, this.#lost]))[0];
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#child.kill('SIGKILL');
  }
}
