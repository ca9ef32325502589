/** What the world can tell the process: signals, and pm2's `shutdown` message. */

export interface SignalHandlers {
  readonly onStop: (by: string) => void;
  readonly onToggleDebug: () => void;
}

export function listenToSignals({ onStop, onToggleDebug }: SignalHandlers): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onStop(signal));
  process.on('SIGHUP', onToggleDebug);
  process.on('message', (message) => {
    if (message === 'shutdown') onStop('shutdown message');
  });
}
