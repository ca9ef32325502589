/** What can reach the process from outside: signals, and pm2's `shutdown` message. */
import { readFileSync } from 'node:fs';

export interface SignalHandlers {
  readonly onStop: (by: string) => void;
  readonly onToggleDebug: () => void;
  /** A signal that has no meaning here, though it has one for other programs. */
  readonly onIgnored: (by: string) => void;
  /**
   * pm2, which started the process and held a channel to it, is gone: nothing will restart it (P8).
   */
  readonly onUnsupervised: () => void;
}

/**
 * The relation of the process to a terminal. `at`: one of its standard streams is a terminal.
 * `detached`: none is, but it was started from one (`nohup`, or a shell that redirects). `without`:
 * there is none.
 */
export type Terminal = 'at' | 'detached' | 'without';

/**
 * SIGHUP has three meanings. At a terminal: the terminal is gone, and the daemon stops. Detached:
 * it is ignored, because a caller who redirects everything wants the daemon to live on. (The effect
 * of `nohup` itself cannot be seen: Node resets all signals at its start.) Without a terminal (pm2,
 * systemd, a container): only an operator sends it, to switch debug logging on or off.
 *
 * SIGUSR1 would make Node open its debugger to every user of the machine. A handler prevents that,
 * unless the caller started Node with a debugger.
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

/** The state now: ask at the start. */
export function terminalOf(): Terminal {
  if ([process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)) return 'at';
  return hasControllingTerminal() ? 'detached' : 'without';
}

/** Only Linux shows it: `tty_nr`, the fifth field behind the name (proc_pid_stat(5)). */
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
