/** Shows the log of the daemon: its last lines, and with --follow those that come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, isError, isExpected, type LockstepClient } from '../../client/index.ts';
import type { LogLineView, LogsAnswer } from '../../protocol/answers/log-lines.ts';
import type { LogsInput } from '../../protocol/input/request-input.ts';
import { EXIT, type ExitCode, exitOfReply } from '../exit-code.ts';
import { interruptible } from '../input/interrupts.ts';
import { logLineText } from '../output/log-text.ts';
import { whileWaiting } from '../output/progress.ts';
import { printError } from '../output/show.ts';
import type { Terminal } from '../output/terminal.ts';
import { untilStopped } from '../watch/watch.ts';

const POLL_MS = 500;
/** Of a page after the first. */
const PAGE = 1000;

export interface LogsJob {
  readonly query: Omit<LogsInput, 'op'>;
  readonly follows: boolean;
}

export async function runLogs(
  client: LockstepClient,
  { query, follows }: LogsJob,
  terminal: Terminal,
): Promise<number> {
  const first = await whileWaiting(
    terminal,
    'logs: no answer yet',
    client.send({ op: 'logs', ...query }),
  );
  if (isError(first)) {
    await printError(first, terminal);
    return exitOfReply(first);
  }
  const tail = new Tail(terminal);
  // One document, unless it goes on.
  if (!follows && terminal.format === 'json') await terminal.json(first);
  else await tail.show(first);
  if (!follows) return tail.end(first.next);
  return interruptible(terminal, {
    stopping: '',
    leave: () => {},
    run: (stop) => follow({ client, query, tail, stop }, first.next),
  });
}

interface Following {
  readonly client: LockstepClient;
  readonly query: LogsJob['query'];
  readonly tail: Tail;
  readonly stop: AbortSignal;
}

/** A daemon that restarts is waited for; its new log is shown from the first line on. */
async function follow({ client, query, tail, stop }: Following, begin: string): Promise<ExitCode> {
  let cursor = begin;
  while (!stop.aborted) {
    const answer = await untilStopped(
      client.send({ op: 'logs', ...query, limit: PAGE, cursor }),
      stop,
    );
    if (answer === undefined) break;
    if (answer instanceof ClientError || (isError(answer) && isExpected(answer))) tail.noteAway();
    else if (isError(answer)) {
      await printError(answer, tail.terminal);
      return exitOfReply(answer);
    } else {
      await tail.show(answer);
      cursor = answer.next;
      // There may be more at once.
      if (answer.lines.length === PAGE) continue;
    }
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
  return tail.end(cursor);
}

class Tail {
  readonly terminal: Terminal;
  #lines = 0;
  #isAway = false;
  #hasMissed = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  async show({ lines, missed }: LogsAnswer): Promise<void> {
    this.#isAway = false;
    if (missed === true) {
      this.#hasMissed = true;
      this.terminal.note('Lines between these were lost: the daemon keeps the last ones only.');
    }
    for (const line of lines) await this.#showOne(line);
    this.#lines += lines.length;
  }

  noteAway(): void {
    if (!this.#isAway) this.terminal.note('The daemon does not answer; it is asked again.');
    this.#isAway = true;
  }

  async end(next: string): Promise<ExitCode> {
    await this.terminal.endLines({
      op: 'logs',
      lines: this.#lines,
      complete: !this.#hasMissed,
      next,
    });
    return EXIT.done;
  }

  #showOne(line: LogLineView): Promise<void> {
    const { terminal } = this;
    return terminal.isJson ? terminal.json(line) : terminal.value(logLineText(line, terminal));
  }
}
