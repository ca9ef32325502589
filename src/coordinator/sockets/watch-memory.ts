/** Peers that make ZeroMQ take much memory lose their connections; the daemon goes on (decision 057). */
import type { Log } from '../../observe/log/log-port.ts';
import type { RaisedNotice } from '../../observe/notify/notice-kinds.ts';
import type { Doors } from './doors.ts';
import { MemoryWatch } from './memory-watch.ts';

const SOCKETS_REOPENED =
  'memory is used up by connections of clients or subscribers: all of them are closed, and may connect again';

export interface Watching {
  /** At which a supervisor restarts the daemon. */
  readonly memoryLimitBytes: number;
  /** One for each executor. */
  readonly executors: readonly unknown[];
  readonly now: () => number;
  readonly log: Log;
  readonly notify: (notice: RaisedNotice) => void;
}

export function watchMemory(doors: Doors, watching: Watching): void {
  const { memoryLimitBytes, executors, now, log, notify } = watching;
  new MemoryWatch({
    limitBytes: memoryLimitBytes,
    executors: executors.length,
    now,
    onUnexplained: (seen) => {
      log.error(SOCKETS_REOPENED, { ...seen, limitBytes: memoryLimitBytes });
      notify({ kind: 'sockets_reopened' });
      doors.reopen('events', 'commands');
    },
  }).watch();
}
