/** Ctrl-C during long work: the first asks it to stop, the second leaves at once. */
import { EXIT } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs it with a signal that is aborted by the first Ctrl-C, or when stdout is gone. */
export async function interruptible<T>(
  terminal: Terminal,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const onSignal = () => {
    if (interrupted.signal.aborted) process.exit(EXIT.notDone);
    interrupted.abort();
    terminal.note('\nStopping: waiting for what is under way (again to leave at once) …');
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work(AbortSignal.any([interrupted.signal, terminal.closed]));
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
