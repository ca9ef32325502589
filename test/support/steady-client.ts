/** See test/fixtures/steady-client.js. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { programEnv } from './program-env.ts';

const PROGRAM = join(import.meta.dirname, '../fixtures/steady-client.js');

export interface Seen {
  readonly answered: number;
  readonly slowestMs: number;
  /** Answers that were not `committed`. */
  readonly faults: readonly string[];
}

export class SteadyClient implements Disposable {
  readonly #child: ChildProcess;

  constructor(endpoint: string) {
    this.#child = fork(PROGRAM, [endpoint], { env: programEnv() });
  }

  /** Its figures since the last call. */
  async report(): Promise<Seen> {
    const sent = once(this.#child, 'message') as Promise<[Seen]>;
    this.#child.send('report');
    return (await sent)[0];
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
