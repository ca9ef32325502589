/**
 * Reports rollbacks, and deletes that cannot be undone, that do not end while their node is away (P5): each when it gets stuck, and those of an
 * earlier life once, as one number. So no operator thinks that the restart has fixed them.
 */
import type { Log } from '../../observe/log/log-port.ts';
import type { RaisedNotice } from '../../observe/notify/notice-kinds.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { BoundedLines } from '../commands/bounded-lines.ts';
import type { OpenCommand } from '../queue/open-command.ts';

export class StuckNews {
  readonly #log: Log;
  readonly #notify: (notice: RaisedNotice) => void;
  #isRecovered = false;

  constructor(log: Log, notify: (notice: RaisedNotice) => void) {
    this.#log = log;
    this.#notify = notify;
  }

  take({ id, op, state }: CommandAnswer, lines: BoundedLines): void {
    if (!this.#isRecovered) return;
    const isRollback = state === 'compensating';
    const message = isRollback ? 'a rollback is stuck' : 'a delete that cannot be undone is stuck';
    lines.write('warn', message, () => ({ id, op }));
    this.#notify({ kind: 'stuck', id, op, isRollback });
  }

  /** All open commands of earlier lives were taken up. */
  recovered(commands: Iterable<OpenCommand>): void {
    this.#isRecovered = true;
    let count = 0;
    for (const { stuck } of commands) if (stuck) count++;
    if (count === 0) return;
    this.#log.warn('commands of an earlier run are still stuck', { count });
    this.#notify({ kind: 'still_stuck', count });
  }
}
