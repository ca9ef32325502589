/** Health checks one after the other from a process of its own, so that the load of a test does not delay them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { programEnv } from './program-env.ts';
import type { Seen } from './steady-client.ts';

const PROGRAM = join(import.meta.dirname, '../fixtures/steady-health.js');

export class SteadyHealth implements Disposable {
  readonly #child: ChildProcess;

  constructor(opsUrl: string) {
    this.#child = fork(PROGRAM, [opsUrl], { env: programEnv() });
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
