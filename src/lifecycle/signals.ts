/** What the world can tell the process: signals, and pm2's `shutdown` message. */
import { readFileSync } from 'node:fs';

export interface SignalHandlers {
  readonly onStop: (by: string) => void;
  readonly onToggleDebug: () => void;
  /** A signal that means nothing here, though it does to other programs. */
  readonly onIgnored: (by: string) => void;
  /** Whoever started it and held a channel to it (pm2) is gone: nobody will start it anew (P8). */
  readonly onUnsupervised: () => void;
}

/**
 * How the process stands to a terminal. `at`: one of its standard streams is one. `detached`: none
 * is, though it was started from one (`nohup`, or a shell that redirects). `without`: there is none.
 */
export type Terminal = 'at' | 'detached' | 'without';

/**
 * SIGHUP has three meanings. At a terminal it says that this is gone: the daemon stops. Detached it
 * is ignored: whoever redirects everything wants it to live on. (That `nohup` has the process ignore
 * it cannot be seen: Node sets all signals back at its start.) Without a terminal (pm2, systemd, a
 * container) only an operator sends it: debug logging on, or off.
 *
 * SIGUSR1 would have Node open its debugger to every user of the machine; a handler keeps it from
 * that, unless whoever started it asked for a debugger.
 */
export function listenToSignals(
  { onStop, onToggleDebug, onIgnored, onUnsupervised }: SignalHandlers,
  terminal: Terminal,
): void {
  const onHangup = {
    at: () => onStop('SIGHUP'),
    detached: () => onIgnored('SIGHUP'),
    without: onToggleDebug,
  };
  process.on('SIGHUP', onHangup[terminal]);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onStop(signal));
  if (!isForDebugging()) process.on('SIGUSR1', () => onIgnored('SIGUSR1'));
  process.once('disconnect', onUnsupervised);
  process.on('message', (message) => {
    if (message === 'shutdown') onStop('shutdown message');
  });
}

/** As it is now: ask at the start. */
export function terminalOf(): Terminal {
  if ([process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)) return 'at';
  return hasControllingTerminal() ? 'detached' : 'without';
}

/** Only Linux tells: `tty_nr`, the fifth field behind the name (proc_pid_stat(5)). */
function hasControllingTerminal(): boolean {
  if (process.platform !== 'linux') return false;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const behindName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(behindName[4]) !== 0;
}

function isForDebugging(): boolean {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((text) =>
    text.includes('--inspect'),
  );
}
