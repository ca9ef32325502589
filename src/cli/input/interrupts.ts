/**
 * Signals during long work: the first asks it to end, the second to leave the work under way, the
 * third ends the process. A closed terminal (SIGHUP) counts like the others, unless the caller had
 * it ignored (`nohup`).
 */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit codes by which shells report that a signal ended a program. */
const BY_SIGNAL = 128;

type Signal = (typeof SIGNALS)[number];

export interface Work {
  /** Ends soon after the signal is aborted: by the first Ctrl-C, or when stdout is gone. */
  readonly run: (stop: AbortSignal) => Promise<ExitCode>;
  /** Makes `run` end at once; it then sums up. */
  readonly leave: () => void;
  /** The line that is shown then; by default, that the daemon continues. */
  readonly leaving?: string;
  /** The line after the first signal; empty: none. */
  readonly stopping?: string;
}

const STOPPING = 'Stopping: waiting for what is under way (again to leave at once) …';
const LEAVING = 'Leaving: the daemon continues the accepted commands.';

/** The exit code of the work; that of the signal, if the work was not done because of it. */
export async function interruptible(
  terminal: Terminal,
  { run, leave, leaving = LEAVING, stopping = STOPPING }: Work,
): Promise<number> {
  const stop = new AbortController();
  let [count, code] = [0, 0];
  const onSignal = (signal: Signal): void => {
    count += 1;
    code = BY_SIGNAL + constants.signals[signal];
    if (count === 1) {
      if (stopping !== '') terminal.note(stopping);
      stop.abort();
    } else if (count === 2) {
      terminal.note(leaving);
      leave();
    } else {
      terminal.clearLive();
      process.exit(code);
    }
  };
  const heard = SIGNALS.filter((signal) => signal !== 'SIGHUP' || !isHangUpIgnored());
  for (const signal of heard) process.on(signal, onSignal);
  try {
    const done = await run(AbortSignal.any([stop.signal, terminal.closed]));
    return code === 0 || done === EXIT.done ? done : code;
  } finally {
    for (const signal of heard) process.off(signal, onSignal);
  }
}

/** Whether SIGHUP was ignored when this process began; false if the system does not show it. */
function isHangUpIgnored(): boolean {
  if (process.platform !== 'linux') return false;
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (Number.parseInt(mask?.slice(-1) ?? '0', 16) & 1) === 1;
}
