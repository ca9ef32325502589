/** What the world can tell the process: signals, and pm2's `shutdown` message. */
import { readFileSync } from 'node:fs';

export interface SignalHandlers {
  readonly onStop: (by: string) => void;
  readonly onToggleDebug: () => void;
}

/** Bit 0 of `SigIgn`: SIGHUP is signal 1. */
const HANGUP_BIT = 1n;

/**
 * SIGHUP has three meanings. At a terminal it says that the terminal is gone: the daemon stops, as
 * every program there does. Under `nohup` it is ignored, and stays so. Without a terminal (pm2,
 * systemd, a container) nobody but an operator sends it: debug logging on, or off.
 *
 * @param isAtTerminal whether any of the standard streams was a terminal at the start
 */
export function listenToSignals(
  { onStop, onToggleDebug }: SignalHandlers,
  isAtTerminal: boolean,
): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onStop(signal));
  if (!ignoresHangup()) {
    process.on('SIGHUP', isAtTerminal ? () => onStop('SIGHUP') : onToggleDebug);
  }
  process.on('message', (message) => {
    if (message === 'shutdown') onStop('shutdown message');
  });
}

export function isAtTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}

/** As the process was started; a handler of our own would end it. Only Linux tells. */
function ignoresHangup(): boolean {
  if (process.platform !== 'linux') return false;
  const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) & HANGUP_BIT) !== 0n;
}
