/**
 * Processor time of a process for each of its threads, and its memory, as Linux shows them (/proc).
 * On other systems these figures are missing.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface ThreadTimes {
  readonly known: boolean;
  /** By the thread's name; threads with one name are added. */
  readonly micros: Readonly<Record<string, number>>;
  readonly totalMicros: number;
}

const UNKNOWN: ThreadTimes = { known: false, micros: {}, totalMicros: 0 };

export function threadTimes(pid: number): ThreadTimes {
  const micros: Record<string, number> = {};
  let totalMicros = 0;
  try {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      const task = `/proc/${pid}/task/${tid}`;
      // Nanoseconds on a processor, then two figures about the queue.
      const spent = Number(readFileSync(`${task}/schedstat`, 'utf8').split(' ')[0]) / 1000;
      const name = readFileSync(`${task}/comm`, 'utf8').trim();
      micros[name] = (micros[name] ?? 0) + spent;
      totalMicros += spent;
    }
  } catch {
    // No /proc, or a thread that has just ended: no figure is better than a wrong one.
    return UNKNOWN;
  }
  return { known: true, micros, totalMicros };
}

/** The sum of all threads; 0 if the system does not show it. */
export function cpuMicrosOf(pid: number): number {
  return threadTimes(pid).totalMicros;
}

/** Of `/proc/PID/stat`: the ended children, in ticks of 10 ms; counted from the state, which follows the name. */
const ENDED_USER = 13;
const ENDED_SYSTEM = 14;
const TICK_MICROS = 10_000;

/** Of all its children that have ended; 0 if the system does not show it. */
export function endedMicrosOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[ENDED_USER]) + Number(fields[ENDED_SYSTEM])) * TICK_MICROS;
  } catch {
    // No /proc.
    return 0;
  }
}

/** Resident memory of a process in bytes; undefined if the system does not show it. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    // No /proc, or the process has ended.
    return undefined;
  }
}
