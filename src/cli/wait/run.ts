/** Waits for commands: asks for each open one again, ever more rarely, until all are settled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, isError, isExpected, type LockstepClient } from '../../client/index.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { EXIT, type ExitCode, exitOfCommand, worst } from '../exit-code.ts';
import { fullIds } from '../input/full-id.ts';
import { interruptible } from '../input/interrupts.ts';
import { OperatorTally } from '../operate/tally.ts';
import { details, headline, isSettled } from '../output/answer-text.ts';
import { showProgress } from '../output/progress.ts';
import type { Terminal } from '../output/terminal.ts';
import { untilStopped } from '../watch/watch.ts';

const FIRST_MS = 50;
const LONGEST_MS = 1000;
/** Commands that are asked for at once. */
const ASKED_MAX = 100;

export interface Waiting {
  readonly ids: readonly string[];
  /** Undefined: without a limit. */
  readonly withinMs: number | undefined;
}

export function waitFor(
  client: LockstepClient,
  { ids, withinMs }: Waiting,
  terminal: Terminal,
): Promise<number> {
  const late = withinMs === undefined ? undefined : AbortSignal.timeout(withinMs);
  return interruptible(terminal, {
    stopping: '',
    leave: () => {},
    run: async (stop) => {
      const ended = late === undefined ? stop : AbortSignal.any([stop, late]);
      const all = [...new Set(await fullIds(client, ids))];
      return new Wait(client, terminal, ended).run(all);
    },
  });
}

class Wait {
  readonly #client: LockstepClient;
  readonly #terminal: Terminal;
  readonly #ended: AbortSignal;
  readonly #tally: OperatorTally;
  #code: ExitCode = EXIT.done;
  #isAway = false;

  constructor(client: LockstepClient, terminal: Terminal, ended: AbortSignal) {
    [this.#client, this.#terminal, this.#ended] = [client, terminal, ended];
    this.#tally = new OperatorTally('wait', { json: terminal.isJson, terminal });
  }

  async run(ids: readonly string[]): Promise<ExitCode> {
    const progress = showProgress(this.#terminal, { title: 'wait', total: ids.length });
    let open = ids;
    for (let pauseMs = FIRST_MS; ; pauseMs = Math.min(LONGEST_MS, pauseMs * 2)) {
      open = await this.#stillOpen(open);
      progress.update(ids.length - open.length, 0);
      if (open.length === 0 || this.#ended.aborted) break;
      await sleep(pauseMs, undefined, { signal: this.#ended }).catch(() => {});
    }
    progress.stop();
    const isWhole = open.length === 0;
    if (!isWhole) this.#terminal.note(`Not settled yet: ${open.join(', ')}`);
    await this.#tally.json(isWhole);
    return isWhole ? this.#code : worst([this.#code, EXIT.timedOut]);
  }

  async #stillOpen(ids: readonly string[]): Promise<readonly string[]> {
    const open: string[] = [];
    for (let from = 0; from < ids.length; from += ASKED_MAX) {
      const some = ids.slice(from, from + ASKED_MAX);
      const asked = some.map((id) => untilStopped(this.#client.status(id), this.#ended));
      for (const [index, answer] of (await Promise.all(asked)).entries()) {
        const id = some[index] ?? '';
        if (await this.#isOpen(answer)) open.push(id);
      }
    }
    return open;
  }

  async #isOpen(answer: CommandAnswer | ErrorReply | ClientError | undefined): Promise<boolean> {
    if (answer === undefined) return true;
    if (answer instanceof ClientError || (isError(answer) && isExpected(answer))) {
      if (!this.#isAway) this.#terminal.note('The daemon does not answer; it is asked again.');
      this.#isAway = true;
      return true;
    }
    if (!isError(answer) && !isSettled(answer)) return true;
    const code = exitOfCommand(answer, 'settled');
    this.#code = worst([this.#code, code]);
    await this.#tally.count(answer, isError(answer) ? undefined : this.#textOf(answer, code));
    return false;
  }

  #textOf(answer: CommandAnswer, code: ExitCode): string {
    return code === EXIT.done ? headline(answer, this.#terminal) : details(answer, this.#terminal);
  }
}
