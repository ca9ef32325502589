/**
 * Processor time of a process, thread by thread, and its memory, where Linux tells it (/proc).
 * Elsewhere nothing is known, and the bench goes on without these figures.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface ThreadTimes {
  readonly known: boolean;
  /** By the thread's name; threads of one name together. */
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
      // Nanoseconds on a processor, then two figures of the queue.
      const spent = Number(readFileSync(`${task}/schedstat`, 'utf8').split(' ')[0]) / 1000;
      const name = readFileSync(`${task}/comm`, 'utf8').trim();
      micros[name] = (micros[name] ?? 0) + spent;
      totalMicros += spent;
    }
  } catch {
    // No /proc, or a thread that ended just now: nothing is known rather than something wrong.
    return UNKNOWN;
  }
  return { known: true, micros, totalMicros };
}

/** All threads together; 0 where the system does not tell. */
export function cpuMicrosOf(pid: number): number {
  return threadTimes(pid).totalMicros;
}

/** Resident memory of a process in bytes; undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    // No /proc, or the process has ended.
    return undefined;
  }
}
