/** The disk of the journal: whether it is a real one, and its time to make bytes durable. */
import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './statistics.ts';

/** In the way of SQLite's WAL: one page at a time over a file that has its length already. */
const PAGE_BYTES = 4096;
const PAGES = 1000;
/** A single command finds the disk idle; syncs in a row would take less time. */
const PAUSE_MS = 2;
/** File systems in memory, by their number in Linux (statfs(2)). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

export function isInMemory(dir: string): boolean {
  return process.platform === 'linux' && IN_MEMORY.has(statfsSync(dir).type);
}

/** Milliseconds of one page written and one fdatasync: the median of `count`. */
export async function fdatasyncMs(dir: string, count: number): Promise<number> {
  const file = join(dir, 'fdatasync');
  const handle = openSync(file, 'w');
  try {
    writeSync(handle, Buffer.alloc(PAGES * PAGE_BYTES, 1));
    fdatasyncSync(handle);
    const page = Buffer.alloc(PAGE_BYTES, 2);
    const tookMs: number[] = [];
    for (let at = 0; at < count; at++) {
      await sleep(PAUSE_MS);
      const begun = performance.now();
      writeSync(handle, page, 0, PAGE_BYTES, (at % PAGES) * PAGE_BYTES);
      fdatasyncSync(handle);
      tookMs.push(performance.now() - begun);
    }
    return median(tookMs);
  } finally {
    closeSync(handle);
    rmSync(file);
  }
}
