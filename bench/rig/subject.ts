/**
 * The end of a process that makes calls: runs one task after another and returns the measurements.
 */
import { threadTimes } from './cpu.ts';
import { applyLoad, type Issue, type Load, type Measured } from './load.ts';
import type { Latencies } from './statistics.ts';

/** Has this many creates accepted, and does not wait for their outcomes. */
export interface Fill {
  readonly kind: 'fill';
  readonly count: number;
  readonly prefix: string;
  readonly lane: 'interactive' | 'bulk';
}

/** Sends `ping` and `status` alternately, one at a time, at this interval. */
export interface Ask {
  readonly kind: 'ask';
  readonly forMs: number;
  readonly everyMs: number;
}

/** Waits until no command is open. */
export interface Drain {
  readonly kind: 'drain';
}

/** Creates at a steady rate, however many are open; each must be committed. */
export interface Trickle {
  readonly kind: 'trickle';
  readonly perSecond: number;
  readonly forMs: number;
  readonly prefix: string;
}

/** The tasks that only a client can do. */
export type ClientTask = Fill | Ask | Drain | Trickle;

export type Task = Load | ClientTask;

/** The results by kind of task. */
export type Told =
  | { readonly kind: 'load'; readonly measured: Measured }
  | { readonly kind: 'fill'; readonly perSecond: number }
  | { readonly kind: 'ask'; readonly ping: Latencies; readonly status: Latencies }
  /** The number of open commands at the start. */
  | { readonly kind: 'drain'; readonly open: number }
  | { readonly kind: 'trickle' };

export type FromSubject =
  | { readonly kind: 'ready' }
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'failed'; readonly error: string };

export interface TaskHandlers {
  /** The name of the calling thread in the figures. */
  readonly name: string;
  readonly issue: Issue;
  /** See `applyLoad`. */
  readonly takenIn?: () => Promise<void>;
  readonly perform?: (task: ClientTask) => Promise<Told>;
}

export function serveTasks(handlers: TaskHandlers): void {
  const report = (message: FromSubject) => process.send?.(message);
  process.on('message', (task: Task) => {
    perform(handlers, task).then(
      (sent) => report({ kind: 'told', told: sent }),
      (error: unknown) => report({ kind: 'failed', error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  // Only an exit in order writes the profile.
  process.on('SIGTERM', () => process.exit());
  report({ kind: 'ready' });
}

async function perform(handlers: TaskHandlers, task: Task): Promise<Told> {
  const { name, issue, takenIn } = handlers;
  if (task.kind !== 'load') {
    if (handlers.perform === undefined)
      throw new Error(`${name} does not know how to ${task.kind}`);
    return handlers.perform(task);
  }
  const before = threadTimes(process.pid);
  const figures = await applyLoad(issue, task, takenIn);
  const after = threadTimes(process.pid);
  const total = after.totalMicros - before.totalMicros;
  const cpuMicros = after.known ? { [name]: total / figures.commands } : {};
  return { kind: 'load', measured: { ...figures, cpuMicros } };
}
